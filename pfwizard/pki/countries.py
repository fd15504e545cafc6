"""Country codes (ISO 3166-1) and the mistakes people make with them."""

from functools import cache

# Every assigned two-letter code with its three-letter code, which people write by mistake.
_TWO_AND_THREE_LETTERS = """
    AD=AND AE=ARE AF=AFG AG=ATG AI=AIA AL=ALB AM=ARM AO=AGO AQ=ATA AR=ARG AS=ASM AT=AUT
    AU=AUS AW=ABW AX=ALA AZ=AZE BA=BIH BB=BRB BD=BGD BE=BEL BF=BFA BG=BGR BH=BHR BI=BDI
    BJ=BEN BL=BLM BM=BMU BN=BRN BO=BOL BQ=BES BR=BRA BS=BHS BT=BTN BV=BVT BW=BWA BY=BLR
    BZ=BLZ CA=CAN CC=CCK CD=COD CF=CAF CG=COG CH=CHE CI=CIV CK=COK CL=CHL CM=CMR CN=CHN
    CO=COL CR=CRI CU=CUB CV=CPV CW=CUW CX=CXR CY=CYP CZ=CZE DE=DEU DJ=DJI DK=DNK DM=DMA
    DO=DOM DZ=DZA EC=ECU EE=EST EG=EGY EH=ESH ER=ERI ES=ESP ET=ETH FI=FIN FJ=FJI FK=FLK
    FM=FSM FO=FRO FR=FRA GA=GAB GB=GBR GD=GRD GE=GEO GF=GUF GG=GGY GH=GHA GI=GIB GL=GRL
    GM=GMB GN=GIN GP=GLP GQ=GNQ GR=GRC GS=SGS GT=GTM GU=GUM GW=GNB GY=GUY HK=HKG HM=HMD
    HN=HND HR=HRV HT=HTI HU=HUN ID=IDN IE=IRL IL=ISR IM=IMN IN=IND IO=IOT IQ=IRQ IR=IRN
    IS=ISL IT=ITA JE=JEY JM=JAM JO=JOR JP=JPN KE=KEN KG=KGZ KH=KHM KI=KIR KM=COM KN=KNA
    KP=PRK KR=KOR KW=KWT KY=CYM KZ=KAZ LA=LAO LB=LBN LC=LCA LI=LIE LK=LKA LR=LBR LS=LSO
    LT=LTU LU=LUX LV=LVA LY=LBY MA=MAR MC=MCO MD=MDA ME=MNE MF=MAF MG=MDG MH=MHL MK=MKD
    ML=MLI MM=MMR MN=MNG MO=MAC MP=MNP MQ=MTQ MR=MRT MS=MSR MT=MLT MU=MUS MV=MDV MW=MWI
    MX=MEX MY=MYS MZ=MOZ NA=NAM NC=NCL NE=NER NF=NFK NG=NGA NI=NIC NL=NLD NO=NOR NP=NPL
    NR=NRU NU=NIU NZ=NZL OM=OMN PA=PAN PE=PER PF=PYF PG=PNG PH=PHL PK=PAK PL=POL PM=SPM
    PN=PCN PR=PRI PS=PSE PT=PRT PW=PLW PY=PRY QA=QAT RE=REU RO=ROU RS=SRB RU=RUS RW=RWA
    SA=SAU SB=SLB SC=SYC SD=SDN SE=SWE SG=SGP SH=SHN SI=SVN SJ=SJM SK=SVK SL=SLE SM=SMR
    SN=SEN SO=SOM SR=SUR SS=SSD ST=STP SV=SLV SX=SXM SY=SYR SZ=SWZ TC=TCA TD=TCD TF=ATF
    TG=TGO TH=THA TJ=TJK TK=TKL TL=TLS TM=TKM TN=TUN TO=TON TR=TUR TT=TTO TV=TUV TW=TWN
    TZ=TZA UA=UKR UG=UGA UM=UMI US=USA UY=URY UZ=UZB VA=VAT VC=VCT VE=VEN VG=VGB VI=VIR
    VN=VNM VU=VUT WF=WLF WS=WSM YE=YEM YT=MYT ZA=ZAF ZM=ZMB ZW=ZWE
"""

# Not assigned by ISO and used by everybody (the European Commission, the IMF, SWIFT) for Kosovo.
USER_ASSIGNED = frozenset({"XK"})

COUNTRIES = frozenset(pair[:2] for pair in _TWO_AND_THREE_LETTERS.split()) | USER_ASSIGNED

# Codes that are in use for a country somewhere, but not in ISO 3166-1.
_OTHER_CODES = {
    "UK": "GB",  # the Internet's top-level domain; reserved by ISO, not assigned
    "EL": "GR",  # the European Union's own code
    "EN": "GB",  # a language
    "EU": "",  # reserved; no certificate user knows it as a country
    "SU": "RU",  # withdrawn
    "YU": "RS",  # withdrawn
    "CS": "CZ",  # withdrawn, twice; also the Czech language
    "DD": "DE",  # withdrawn
    "FX": "FR",  # withdrawn
    "TP": "TL",  # withdrawn
    "ZR": "CD",  # withdrawn
    "AN": "CW",  # withdrawn
    "BU": "MM",  # withdrawn
    "XKX": "XK",
    "KOS": "XK",
}

# How people call countries, in English and at home, case folded.
_NAMES = {
    "AE": ("united arab emirates", "uae", "emirates"),
    "AR": ("argentina",),
    "AT": ("austria", "österreich"),
    "AU": ("australia",),
    "BE": ("belgium", "belgië", "belgique"),
    "BG": ("bulgaria", "българия"),
    "BR": ("brazil", "brasil"),
    "BY": ("belarus",),
    "CA": ("canada",),
    "CH": ("switzerland", "schweiz", "suisse", "svizzera"),
    "CL": ("chile",),
    "CN": ("china", "中国"),
    "CO": ("colombia",),
    "CY": ("cyprus",),
    "CZ": ("czechia", "czech republic", "česko"),
    "DE": ("germany", "deutschland"),
    "DK": ("denmark", "danmark"),
    "EE": ("estonia", "eesti"),
    "EG": ("egypt",),
    "ES": ("spain", "españa"),
    "FI": ("finland", "suomi"),
    "FR": ("france",),
    "GB": (
        "united kingdom",
        "u.k.",
        "great britain",
        "britain",
        "england",
        "scotland",
        "wales",
        "northern ireland",
    ),
    "GR": ("greece", "hellas", "ελλάδα"),
    "HK": ("hong kong",),
    "HR": ("croatia", "hrvatska"),
    "HU": ("hungary", "magyarország"),
    "ID": ("indonesia",),
    "IE": ("ireland", "éire"),
    "IL": ("israel",),
    "IN": ("india", "bharat"),
    "IR": ("iran",),
    "IS": ("iceland", "ísland"),
    "IT": ("italy", "italia"),
    "JP": ("japan", "日本"),
    "KE": ("kenya",),
    "KR": ("korea", "south korea", "대한민국"),
    "LT": ("lithuania", "lietuva"),
    "LU": ("luxembourg",),
    "LV": ("latvia", "latvija"),
    "MA": ("morocco",),
    "MT": ("malta",),
    "MX": ("mexico", "méxico"),
    "MY": ("malaysia",),
    "NG": ("nigeria",),
    "NL": ("netherlands", "the netherlands", "holland", "nederland"),
    "NO": ("norway", "norge"),
    "NZ": ("new zealand",),
    "PE": ("peru", "perú"),
    "PH": ("philippines",),
    "PK": ("pakistan",),
    "PL": ("poland", "polska"),
    "PT": ("portugal",),
    "RO": ("romania", "românia"),
    "RS": ("serbia", "srbija"),
    "RU": ("russia", "russian federation", "россия"),
    "SA": ("saudi arabia",),
    "SE": ("sweden", "sverige"),
    "SG": ("singapore",),
    "SI": ("slovenia", "slovenija"),
    "SK": ("slovakia", "slovensko"),
    "TH": ("thailand",),
    "TR": ("turkey", "türkiye"),
    "TW": ("taiwan", "台灣"),
    "UA": ("ukraine", "україна"),
    "US": ("united states", "united states of america", "america", "usa", "u.s.", "u.s.a."),
    "VN": ("vietnam", "viet nam"),
    "XK": ("kosovo", "kosova"),
    "ZA": ("south africa",),
}


def country_meant(text: str) -> str:
    """The code that somebody who wrote ``text`` instead of one most likely meant, or ""."""
    return _mistakes().get(text.strip().casefold(), "")


@cache
def _mistakes() -> dict[str, str]:
    pairs = (pair.split("=") for pair in _TWO_AND_THREE_LETTERS.split())
    mistakes = {three.casefold(): two for two, three in pairs}
    mistakes |= {code.casefold(): meant for code, meant in _OTHER_CODES.items()}
    mistakes |= {name.casefold(): code for code, names in _NAMES.items() for name in names}
    return mistakes

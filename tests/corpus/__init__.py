"""Configurations as they are found in the world: hand-written, each for a feature or an accident.

Below ``configurations`` each has a directory with its main.cf and master.cf, perhaps a ``tree`` of
other files, and ``expected.toml``, which was written by thought and says

    about     what the configuration is and why it is here
    postfix   the versions of Postfix that it is for
    certificates   files with a certificate for mail.example.org, and those with their keys
    links     what is a link in the tree, and where it leads
    check     the identifiers that pfwizard check finds, all of them
    default   what the plan for the default answers does to it
    guide     what the plan for the guide's answers does to it

Of a plan it says what it is ``refused`` for, which settings it leaves as they are although the
answers ask for others (``kept``), and what it makes of ``main`` and ``master`` beyond what the
answers ask for everywhere (tests/corpus/answers.py). Instead of all this, ``unreadable`` is what
Postfix has against the files; ``unreadable_to`` tells who of it where postconf has not.
"""

"""A stage that waits for something that never comes, and does not see that its audience leaves."""

import time


def main(arguments: list[str]) -> int:
    time.sleep(1000)
    return 0

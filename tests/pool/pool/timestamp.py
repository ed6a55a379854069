# SPDX-License-Identifier: Apache-2.0
"""The TIMESTAMP of a proof: "Sat Nov 21 13:02:03 UTC 2026".

English, UTC, the day of the month without a leading zero or space; one
other form is refused like a wrong password, as the service does.
"""

import calendar
import re
import time

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun",
          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
FORM = re.compile(
    "(?:%s) (%s) ([1-9]|[12][0-9]|3[01]) "
    "([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9]) UTC ([0-9]{4})"
    % ("|".join(DAYS), "|".join(MONTHS)))


def text_of(unix):
    at = time.gmtime(unix)
    return (f"{DAYS[at.tm_wday]} {MONTHS[at.tm_mon - 1]} {at.tm_mday} "
            f"{at.tm_hour:02d}:{at.tm_min:02d}:{at.tm_sec:02d} "
            f"UTC {at.tm_year}")


def parse(text):
    """Unix time of exactly the service's form, else None."""
    found = FORM.fullmatch(text)
    if not found:
        return None
    month, day, hour, minute, second, year = found.groups()
    unix = calendar.timegm((int(year), MONTHS.index(month) + 1, int(day),
                            int(hour), int(minute), int(second)))
    # Writing it back catches wrong weekdays and the 31st of February.
    return unix if text_of(unix) == text else None

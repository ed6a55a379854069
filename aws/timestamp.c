/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 3339 without the C library's calendar; see the header. */
#include "aws/timestamp.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* Digits and what stands behind them, in order; the last ends the seconds. */
static const struct {
    int digits;
    int least;
    int most;
    char behind; /* NUL: looked at by the caller */
} parts[] = {
    {4, 1970, 9999, '-'}, {2, 1, 12, '-'}, {2, 1, 31, 'T'},
    {2, 0, 23, ':'},      {2, 0, 59, ':'}, {2, 0, 60, '\0'},
};

enum { YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, PARTS };

/* So many digits; *at is behind them afterwards. */
static bool
take_number(const char **at, int digits, int least, int most, int *number)
{
    int sum = 0;

    for (int i = 0; i < digits; i++, (*at)++) {
        if (!cog_ascii_is_digit(**at))
            return false;
        sum = sum * 10 + (**at - '0');
    }
    *number = sum;
    return sum >= least && sum <= most;
}

static bool
is_date(int year, int month, int day)
{
    static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    return day <= days[month - 1] && (month != 2 || day < 29 || leap);
}

/* Days from 1970-01-01: years begin in March here, so that the leap day is
 * the last. */
static int64_t
days_of(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t m = month <= 2 ? month + 9 : month - 3;

    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 -
           719468;
}

/* ".5", then "Z" or "+hh:mm", then the end. */
static bool
take_zone(const char *at, int *offset_s)
{
    int hours, minutes, sign;

    if (*at == '.') {
        if (!cog_ascii_is_digit(*++at))
            return false;
        while (cog_ascii_is_digit(*at))
            at++;
    }
    if (*at == 'Z') {
        *offset_s = 0;
        return at[1] == '\0';
    }
    if (*at != '+' && *at != '-')
        return false;
    sign = *at++ == '+' ? 1 : -1;
    if (!take_number(&at, 2, 0, 23, &hours) || *at++ != ':' ||
        !take_number(&at, 2, 0, 59, &minutes) || *at != '\0')
        return false;
    *offset_s = sign * (hours * 3600 + minutes * 60);
    return true;
}

int
cog_aws_timestamp_parse(const char *text, int64_t *unix_s)
{
    const char *at = text;
    int values[PARTS], offset_s;

    for (size_t i = 0; i < PARTS; i++) {
        if (!take_number(&at, parts[i].digits, parts[i].least, parts[i].most,
                         &values[i]))
            return EINVAL;
        if (parts[i].behind != '\0' && *at++ != parts[i].behind)
            return EINVAL;
    }
    if (!is_date(values[YEAR], values[MONTH], values[DAY]) ||
        !take_zone(at, &offset_s))
        return EINVAL;
    *unix_s = days_of(values[YEAR], values[MONTH], values[DAY]) * 86400 +
              values[HOUR] * 3600 + values[MINUTE] * 60 + values[SECOND] -
              offset_s;
    return 0;
}

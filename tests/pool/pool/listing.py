# SPDX-License-Identifier: Apache-2.0
"""Lists: users, groups, members, and the pages they come in.

A page's token names the last user shown, not how many were: who is created
or deleted in between neither hides another user nor shows one twice.
"""

import base64
import binascii
import hashlib
import hmac
import itertools
import json
import re
import secrets

from pool.errors import ServiceError, invalid_parameter
from pool.shown import check_pool_id, find_group, group_object, target
from pool.shown import user_object

PAGE = 60
# The member that carries the token of the next page.
TOKENS = {"ListUsers": "PaginationToken", "ListUsersInGroup": "NextToken",
          "ListGroups": "NextToken", "AdminListGroupsForUser": "NextToken"}
FILTER = re.compile(r'\s*"?([\w:]+)"?\s*(\^?=)\s*"((?:[^"\\]|\\.)*)"\s*')
SEARCHABLE = ("username", "email", "phone_number", "name", "given_name",
              "family_name", "preferred_username", "cognito:user_status",
              "status", "sub")
KEY = secrets.token_bytes(32)  # of the tokens; new in each process


class Page:
    """Which page a call asks for."""

    def __init__(self, number, position):
        self.number = number      # the first is 1
        self.position = position  # what the page before ended with


def invalid_token(reason):
    return invalid_parameter("Invalid pagination token", reason)


def _mac(content):
    return hmac.digest(KEY, content, hashlib.sha256)


def _asked(call):
    """What has to stay the same from page to page."""
    fixed = {name: value for name, value in call.body.items()
             if name not in ("Limit", TOKENS[call.operation])}
    return json.dumps([call.operation, fixed], sort_keys=True)


def make_token(pool, call, page, position):
    content = json.dumps([
        hashlib.sha256(_asked(call).encode()).hexdigest(), page.number + 1,
        position, pool.clock.now()]).encode()
    return base64.b64encode(_mac(content) + content).decode()


def open_page(pool, call):
    """The Page of a call, by its token."""
    text = call.body.get(TOKENS[call.operation])
    if text is None:
        return Page(1, -1)
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise invalid_token("not base64") from None
    mac, content = data[:32], data[32:]
    if not hmac.compare_digest(mac, _mac(content)):
        raise invalid_token("not a token of this pool")
    asked, number, position, made = json.loads(content)
    if asked != hashlib.sha256(_asked(call).encode()).hexdigest():
        raise invalid_token("a token of another request")
    if pool.clock.now() - made > pool.settings.page_token_s:
        raise invalid_token("expired")
    return Page(number, position)


def page_number(pool, call):
    """Which page a call asks for, for the log and the faults; 0: none."""
    if call.operation not in TOKENS:
        return 0
    try:
        return open_page(pool, call).number
    except (ServiceError, TypeError):
        return 0


def page_size(pool, call, page):
    """How many: Limit, at most 60, and fewer if the seed says so."""
    size = call.body.get("Limit") or PAGE
    short = pool.settings.short_pages
    if short:
        size = min(size, short[(page.number - 1) % len(short)])
    return size


def cut(pool, call, items_after, position_of):
    """One page of a list, and the member with the token of the next.

    items_after(position) gives what follows a position, one by one;
    position_of(item) is what a token remembers.
    """
    page = open_page(pool, call)
    size = page_size(pool, call, page)
    items = list(itertools.islice(items_after(page.position), size + 1))
    # With short pages the last one is empty if it comes out so.
    if len(items) < size + (not pool.settings.short_pages):
        return items, {}
    chosen = items[:size]
    position = position_of(chosen[-1]) if chosen else page.position
    return chosen, {TOKENS[call.operation]: make_token(pool, call, page,
                                                       position)}


# Users

def list_users(pool, call):
    check_pool_id(pool, call)
    condition = parse_filter(call.body.get("Filter", ""))

    def after(ordinal):
        return (user for user in pool.users.after(ordinal)
                if not condition or condition(user))
    users, following = cut(pool, call, after, lambda user: user.ordinal)
    shown = [user_object(user) for user in users]
    if "AttributesToGet" in call.body:
        for one in shown:
            one["Attributes"] = wanted_attributes(
                one["Attributes"], call.body["AttributesToGet"])
    return {"Users": shown, **following}


def wanted_attributes(attributes, wanted):
    """Only these; it is an error when a user lacks one of them."""
    found = {item["Name"]: item for item in attributes}
    for name in wanted:
        if name not in found:
            raise invalid_parameter("One or more requested attributes do "
                                    "not exist in user pool.")
    return [found[name] for name in wanted]


def parse_filter(text):
    """A condition on users from a filter such as name ^= "al"; None when
    there is none.  The user name is compared with its case even in
    insensitive pools, the status without."""
    if not text:
        return None
    found = FILTER.fullmatch(text)
    if not found or found.group(1) not in SEARCHABLE:
        raise invalid_parameter("Input fails to satisfy the constraints.")
    name, relation, value = found.groups()
    value = re.sub(r"\\(.)", r"\1", value)
    fold = str.lower if name == "cognito:user_status" else str

    def condition(user):
        actual = fold(searched_value(user, name))
        return (actual == fold(value) if relation == "="
                else actual.startswith(fold(value)))
    return condition


def searched_value(user, name):
    special = {"username": user.username, "sub": user.sub,
               "cognito:user_status": user.status,
               "status": "Enabled" if user.enabled else "Disabled"}
    return special.get(name, user.attributes.get(name, ""))


def list_users_in_group(pool, call):
    check_pool_id(pool, call)
    group = find_group(pool, call)
    users, following = cut(
        pool, call, lambda ordinal: pool.users.after(ordinal, group.name),
        lambda user: user.ordinal)
    return {"Users": [user_object(user) for user in users], **following}


# Groups

def cut_groups(pool, call, groups):
    groups, following = cut(
        pool, call,
        lambda after: (group for group in groups if group.ordinal > after),
        lambda group: group.ordinal)
    return {"Groups": [group_object(pool, group) for group in groups],
            **following}


def list_groups(pool, call):
    check_pool_id(pool, call)
    return cut_groups(pool, call, pool.groups.values())


def admin_list_groups_for_user(pool, call):
    user = target(pool, call)
    groups = sorted((pool.groups[name] for name in user.groups),
                    key=lambda group: group.ordinal)
    return cut_groups(pool, call, groups)

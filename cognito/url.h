/* SPDX-License-Identifier: Apache-2.0 */
/* The form of a URL that a single request may go to (P44, P83). */
#ifndef COG_COGNITO_URL_H
#define COG_COGNITO_URL_H

/* Longest URL taken, in bytes; a presigned one of S3 has some 1500. */
#define COG_URL_MAX 2000

enum cog_url_kind {
    COG_URL_REFUSED = 0,
    COG_URL_HTTPS,
    /*
     * "http://" and one of the addresses at which AWS hands out credentials:
     * 169.254.169.254 and [fd00:ec2::254] (EC2), 169.254.170.2 (ECS),
     * 169.254.170.23 and [fd00:ec2::23] (EKS)
     */
    COG_URL_LINK_LOCAL,
    COG_URL_LOOPBACK /* "http://" and localhost, 127.x.y.z or [::1] */
};

/*
 * What kind of URL this is: SCHEME://HOST[:PORT][/PATH][?QUERY], the host as
 * in cognito/address.h, the rest of the characters that RFC 3986 allows
 * there (section 3.3, 3.4), so no blanks, controls, user, or fragment. The
 * hosts for "http://" are compared as text, so that no other spelling of an
 * address, and no name, leads there. NULL is refused.
 */
enum cog_url_kind cog_url_kind(const char *url);

#endif

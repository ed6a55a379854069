/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The layout of our constant databases: recent.cdb, base.cdb, logins.cdb,
 * keys.cdb.
 *
 * The outside is D. J. Bernstein's cdb (https://cr.yp.to/cdb/cdb.txt), so
 * that other tools can list what we write: 256 header entries of (position,
 * slots), then records (key length, data length, key, data), then 256 open
 * hash tables of slots (hash, position of the record), all 32-bit
 * little-endian. Beyond cdb we demand what makes damage visible:
 *
 *  - The tables lie one after the other, in order, from the end of the
 *    records to the end of the file. So each header entry is checked by
 *    its neighbour.
 *  - The first record has the empty key: the stamp below, at a fixed place.
 *  - The data of every other record begins with a 64-bit sum over all else
 *    in it, its key and both lengths, then the version and the kind.
 *  - An empty slot is (0, 0), and a slot's hash is the hash of its record's
 *    key, which a reader checks before it says "not there".
 *
 * Numbers in records are little-endian too, and not aligned.
 *
 *   key           data after the head
 *   ""            the stamp (layout of its own)
 *   "S"           settings
 *   "N" name      account: the passwd entry
 *   "U" uid       position of the account's record
 *   "i" name      primary gid, gids
 *   "G" name      gid
 *   "g" gid       position of the group's record
 *   "m" gid chunk names of members (base.cdb, with the option enumerate)
 *   "x" id        tombstone: whose it was, so that nobody else gets it
 *   "L" name      login (logins.cdb only)
 *   "I" id        kind, retired, name (logins.cdb only)
 *   "k" name      tag of the sub, ssh keys (keys.cdb only)
 *
 * Ids and chunk numbers in keys are 4 bytes little-endian.
 */
#ifndef COG_ACCOUNTS_CACHE_FORMAT_H
#define COG_ACCOUNTS_CACHE_FORMAT_H

/* cdb itself. */
#define COG_CDB_HEADER   2048U /* bytes of the header */
#define COG_CDB_TABLES   256U
#define COG_CDB_PAIR     8U /* a header entry, a slot, a record's lengths */
#define COG_CDB_HASH     5381U
#define COG_CDB_SIZE_MAX 0xffffffffULL

/* The stamp: where it is and what it holds, offsets into its data. */
#define COG_STAMP_AT         (COG_CDB_HEADER + COG_CDB_PAIR)
#define COG_STAMP_MAGIC      0U  /* 8 bytes: COG_MAGIC */
#define COG_STAMP_SUPERSEDED 8U  /* 32 bits: not 0 when replaced */
#define COG_STAMP_FLAGS      12U /* 32 bits: COG_STAMP_HAS_BASE */
#define COG_STAMP_ACCOUNTS   16U /* 32 bits: how many "N" or "L" records */
#define COG_STAMP_END        20U /* 32 bits: where the records end */
#define COG_STAMP_SIZE       24U /* 32 bits: of the file */
#define COG_STAMP_RECORDS    28U /* 32 bits: how many, without the stamp */
#define COG_STAMP_SUM        32U /* 64 bits: over all but SUPERSEDED */
#define COG_STAMP_BYTES      40U
#define COG_RECORDS_AT       (COG_STAMP_AT + COG_STAMP_BYTES)

/* Where the superseded word lies in the file; 4 divides it. */
#define COG_SUPERSEDED_AT (COG_STAMP_AT + COG_STAMP_SUPERSEDED)

#define COG_MAGIC          "COGACC1\n" /* the 1 is the version */
#define COG_FORMAT_VERSION 1U

/* recent.cdb was written beside a base.cdb: without it, data is missing. */
#define COG_STAMP_HAS_BASE 1U

/* The head of every other record's data. */
#define COG_HEAD_SUM     0U /* 64 bits */
#define COG_HEAD_VERSION 8U /* 8 bits: COG_FORMAT_VERSION */
#define COG_HEAD_KIND    9U /* 8 bits: first byte of the key */
#define COG_HEAD_BYTES   10U

/* Bounds of one record. */
#define COG_KEY_MAX (1U + 32U)
#define COG_RECORD_MAX                                                        \
    16384U /* data: a login with 100 groups of 128 bytes                      \
            */

/* Room for every record of an accounts file, lengths and key included. */
#define COG_ACCOUNT_RECORD_MAX 2048U

/*
 * What is read at once from a file that is not in memory: slots, and bytes
 * where a record begins, which are all of most records. Each call less is one
 * per cent of what the first look-up of a process costs.
 */
#define COG_SLOTS_AT_ONCE  8U
#define COG_RECORD_AT_ONCE 512U

/* Names of the files in their directories. */
#define COG_RECENT_FILE "recent.cdb"
#define COG_BASE_FILE   "base.cdb"
#define COG_LOGINS_FILE "logins.cdb"
#define COG_KEYS_FILE   "keys.cdb"
#define COG_LOCK_FILE   "lock"

#endif

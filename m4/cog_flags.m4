dnl SPDX-License-Identifier: Apache-2.0
dnl Compiler and linker flags, each asked for before it is used.

dnl COG_TRY_CFLAG(VARIABLE, FLAG): append FLAG if the compiler takes it.
AC_DEFUN([COG_TRY_CFLAG], [
    cog_saved_CFLAGS=$CFLAGS
    CFLAGS="$CFLAGS -Werror $2"
    AC_MSG_CHECKING([whether $CC takes $2])
    AC_COMPILE_IFELSE([AC_LANG_PROGRAM([], [])],
        [AC_MSG_RESULT([yes]); $1="$$1 $2"], [AC_MSG_RESULT([no])])
    CFLAGS=$cog_saved_CFLAGS
])

dnl COG_TRY_LDFLAG(VARIABLE, FLAG): the same for the linker.
AC_DEFUN([COG_TRY_LDFLAG], [
    cog_saved_LDFLAGS=$LDFLAGS
    LDFLAGS="$LDFLAGS $2"
    AC_MSG_CHECKING([whether the linker takes $2])
    AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
        [AC_MSG_RESULT([yes]); $1="$$1 $2"], [AC_MSG_RESULT([no])])
    LDFLAGS=$cog_saved_LDFLAGS
])

AC_DEFUN([COG_WARNINGS], [
    AC_ARG_ENABLE([werror],
        [AS_HELP_STRING([--enable-werror], [warnings are errors])],
        [], [enable_werror=no])
    WARN_CFLAGS=
    m4_foreach_w([cog_flag], [-Wall -Wextra -Wconversion -Wsign-conversion
        -Wshadow -Wformat=2 -Wvla -Wstack-usage=40960 -Wstrict-prototypes
        -Wmissing-prototypes -Wold-style-definition -Wcast-qual
        -Wwrite-strings -Wundef -Wpointer-arith -Wnull-dereference
        -Wimplicit-fallthrough -Wlogical-op -Wduplicated-cond
        -Wduplicated-branches -Wdate-time -Wbad-function-cast],
        [COG_TRY_CFLAG([WARN_CFLAGS], cog_flag)])
    AS_IF([test $enable_werror = yes], [WARN_CFLAGS="$WARN_CFLAGS -Werror"])
    AC_SUBST([WARN_CFLAGS])
])

dnl On by default. The sanitizers and FORTIFY do not mix, so a sanitizer
dnl build leaves these out.
AC_DEFUN([COG_HARDENING], [
    HARDEN_CFLAGS= HARDEN_LDFLAGS=
    AC_ARG_ENABLE([hardening],
        [AS_HELP_STRING([--disable-hardening], [for sanitizers and bench])],
        [], [enable_hardening=yes])
    AS_IF([test $enable_hardening = yes], [
        m4_foreach_w([cog_flag], [-fstack-protector-strong
            -fstack-clash-protection -fcf-protection=full
            -ftrivial-auto-var-init=zero],
            [COG_TRY_CFLAG([HARDEN_CFLAGS], cog_flag)])
        dnl clang 14 wants to be begged for zero initialisation.
        AS_CASE([" $HARDEN_CFLAGS "], [*auto-var-init*], [],
            [COG_TRY_CFLAG([HARDEN_CFLAGS], [-ftrivial-auto-var-init=zero -enable-trivial-auto-var-init-zero-knowing-it-will-be-removed-from-clang])])
        HARDEN_CFLAGS="$HARDEN_CFLAGS -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3"
        m4_foreach_w([cog_flag], [-Wl,-z,relro -Wl,-z,now
            -Wl,-z,noexecstack -Wl,-z,separate-code],
            [COG_TRY_LDFLAG([HARDEN_LDFLAGS], m4_dquote(cog_flag))])
    ])
    AC_SUBST([HARDEN_CFLAGS])
    AC_SUBST([HARDEN_LDFLAGS])
])

AC_DEFUN([COG_SANITIZERS], [
    AC_ARG_ENABLE([sanitizers],
        [AS_HELP_STRING([--enable-sanitizers], [ASan and UBSan])],
        [], [enable_sanitizers=no])
    AC_ARG_ENABLE([fuzzers],
        [AS_HELP_STRING([--enable-fuzzers], [libFuzzer targets (clang)])],
        [], [enable_fuzzers=no])
    SAN_CFLAGS=
    AS_IF([test $enable_sanitizers = yes],
        [SAN_CFLAGS="-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer"])
    AS_IF([test $enable_fuzzers = yes],
        [SAN_CFLAGS="-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer"])
    AC_ARG_ENABLE([thread-sanitizer],
        [AS_HELP_STRING([--enable-thread-sanitizer], [TSan])],
        [], [enable_thread_sanitizer=no])
    AS_IF([test $enable_thread_sanitizer = yes],
        [SAN_CFLAGS="-fsanitize=thread -fno-omit-frame-pointer"])
    AC_SUBST([SAN_CFLAGS])
    AM_CONDITIONAL([FUZZERS], [test $enable_fuzzers = yes])
    AM_CONDITIONAL([SANITIZERS],
        [test $enable_sanitizers = yes || test $enable_fuzzers = yes ||
            test $enable_thread_sanitizer = yes])
])

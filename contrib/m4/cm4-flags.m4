dnl SPDX-License-Identifier: LGPL-2.1-or-later
dnl
dnl Probing of flags and of optional libraries. Invariant: a flag is used only
dnl when this compiler takes it without a warning.

dnl CM4_PROBE_FLAG(VARIABLE, FLAG, KIND) where KIND is COMPILE or LINK
AC_DEFUN([CM4_PROBE_FLAG], [
AC_MSG_CHECKING([whether $CC takes $2])
cm4_save_CFLAGS=$CFLAGS
CFLAGS="$CFLAGS -Werror $2"
AC_$3_IFELSE([AC_LANG_PROGRAM([], [])],
	[AC_MSG_RESULT([yes])
	 $1="$$1 $2"],
	[AC_MSG_RESULT([no])])
CFLAGS=$cm4_save_CFLAGS
])

dnl CM4_PROBE_CFLAGS(VARIABLE, FLAG...): append each flag that compiles
AC_DEFUN([CM4_PROBE_CFLAGS], [m4_foreach_w([cm4_flag], [$2],
	[CM4_PROBE_FLAG([$1], m4_defn([cm4_flag]), [COMPILE])])])

dnl CM4_PROBE_LDFLAGS(VARIABLE, FLAG...): append each flag that links
AC_DEFUN([CM4_PROBE_LDFLAGS], [m4_foreach_w([cm4_flag], [$2],
	[CM4_PROBE_FLAG([$1], m4_defn([cm4_flag]), [LINK])])])

dnl CM4_PROBE_AUTO_INIT(VARIABLE): append the flag that clears variables, but
dnl only where it leaves alone what is not padding. gcc 12 clears the wrong
dnl octets of a struct that is initialized from structs of odd sizes.
AC_DEFUN([CM4_PROBE_AUTO_INIT], [
AC_MSG_CHECKING([whether $CC clears variables, and nothing else])
cm4_save_CFLAGS=$CFLAGS
CFLAGS="$CFLAGS -Werror -ftrivial-auto-var-init=zero"
AC_RUN_IFELSE([AC_LANG_SOURCE([[
	struct name { char size; char text[16]; };
	struct number { long long limb[3]; };
	struct sum { int n; struct number at[6]; };
	struct node { struct name name; struct sum sum; char last; };
	struct maker { int (*put)(const struct node *); struct name name; };
	int make(const struct maker *m, const struct sum *sum);
	int make(const struct maker *m, const struct sum *sum)
	{
		struct node node = { m->name, *sum, 1 };
		return m->put(&node);
	}
	static int put(const struct node *node)
	{
		return node->sum.at[0].limb[0] != -1;
	}
	int main(void)
	{
		struct sum sum = { 1, { { { -1, -1, -1 } } } };
		struct maker m = { put, { 1, { 1 } } };
		return make(&m, &sum);
	}]])],
	[AC_MSG_RESULT([yes])
	 $1="$$1 -ftrivial-auto-var-init=zero"],
	[AC_MSG_RESULT([no])],
	[AC_MSG_RESULT([not asked: cross compiling])])
CFLAGS=$cm4_save_CFLAGS
])

dnl CM4_WITH_MODULE(NAME, VARIABLE, MODULE): --with-NAME, on when found;
dnl gives VARIABLE_CFLAGS, VARIABLE_LIBS, HAVE_VARIABLE in C and automake
AC_DEFUN([CM4_WITH_MODULE], [
AC_ARG_WITH([$1],
	[AS_HELP_STRING([--without-$1], [do not use $1 even if it is here])],
	[], [with_$1=auto])
AS_IF([test "x$with_$1" != xno],
	[PKG_CHECK_MODULES([$2], [$3],
		[with_$1=yes
		 AC_DEFINE([HAVE_$2], [1], [Built with $1.])],
		[AS_IF([test "x$with_$1" = xyes],
			[AC_MSG_ERROR([--with-$1 was given, $3 is not here])])
		 with_$1=no])])
AM_CONDITIONAL([HAVE_$2], [test "x$with_$1" = xyes])
])

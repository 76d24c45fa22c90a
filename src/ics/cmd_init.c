/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ics init DIR: a state directory with a configuration file that explains
 * itself, and for a plain keyserver with an empty store; other kinds of server
 * begin by themselves where there is none. What is there already is never
 * touched.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/out.h"
#include "ics/operate.h"
#include "ics/policy.h"

#define CONFIGURATION_FILE "icsd.conf"

/* Every option of icsd.conf(5) stands in it; t/t8108-init.sh compares. */
static const char configuration[] =
    "# Configuration of icsd; icsd.conf(5) explains every line.\n"
    "# Check it:   icsd -n -f %s/" CONFIGURATION_FILE "\n"
    "# A line that begins with # shows the default.\n"
    "\n"
    "state-dir = \"%s\"\n"
    "profile = \"%s\"\n"
    "\n"
    "# Who may ask: every address, or for instance this machine only:\n"
    "# listen = {\"127.0.0.1:11371\", \"[::1]:11371\"}\n"
    "# listen = {\":11371\"}\n"
    "\n"
    "# Health and metrics, for a monitor; off unless set.\n"
    "# admin = \"127.0.0.1:11380\"\n"
    "\n"
    "# HTTPS (hkps): PEM files, and a listener \"https://:443\" above.\n"
    "# tls-cert = \"/etc/icsd/fullchain.pem\"\n"
    "# tls-key = \"/etc/icsd/privkey.pem\"\n"
    "\n"
    "# Started by root, become somebody who owns nothing else.\n"
    "# user = \"icsd\"\n"
    "# group = \"icsd\"\n"
    "\n"
    "# Whose words count: who may speak in every role and give roles, and\n"
    "# who may speak in one. Others' statements are kept as claims, or not.\n"
    "# root = {}\n"
    "# right = {}\n"
    "# claims = yes\n"
    "\n"
    "# Peers: SKS and Hockeypuck by recon, servers like this one by HTTPS.\n"
    "# recon = \":11370\"\n"
    "# peer = {}\n"
    "# filters = \"yminsky.dedup,yminsky.merge\"\n"
    "# session-seconds = 60\n"
    "# recon-pause = 20\n"
    "# recon-frame = 256K\n"
    "# sketch = \"peers\"\n"
    "# A server that is asked for what is not here.\n"
    "# upstream = \"\"\n"
    "# upstream-keep = 7d\n"
    "# upstream-miss = 10m\n"
    "\n"
    "# May everybody see what is of no domain? Domains say who reads theirs.\n"
    "# public = yes\n"
    "\n"
    "# For maintenance: no, and a reload; nobody sends, everybody reads.\n"
    "# writes = yes\n"
    "\n"
    "# What clients and the statistics are told about this server.\n"
    "# hostname = \"keys.example\"\n"
    "# nodename = \"keys1\"\n"
    "# contact = \"keymaster@keys.example\"\n"
    "\n"
    "# error, warn, note or debug\n"
    "# log-level = \"note\"\n"
    "\n"
    "# Threads; 0 is one per core.\n"
    "# http-threads = 0\n"
    "# checkers = 0\n"
    "\n"
    "# On a small machine: time is spent rather than memory.\n"
    "# lean = no\n"
    "\n"
    "# Limits.\n"
    "# connections = 8192\n"
    "# connections-per-address = 1024\n"
    "# request-seconds = 10\n"
    "# header-octets = 8K\n"
    "# body-octets = 8M\n"
    "# answer-octets = 32M\n"
    "# held-octets = 256M\n"
    "# hashquery-max = 1000\n"
    "# pending-max = 1000\n"
    "# drain-seconds = 10\n";

static enum ics_err
dir_make(const char *dir)
{
	if (mkdir(dir, 0700) == 0 || errno == EEXIST)
		return ICS_OK;
	out_fail("%s: %s", dir, strerror(errno));
	return ICS_EIO;
}

static enum ics_err
store_make(const char *dir)
{
	struct store *s = NULL;
	enum ics_err err = store_open(dir, STORE_CREATE, &s);

	if (err != ICS_OK)
		err = where_tell(dir, err);
	store_close(s);
	return err;
}

/* The directory as the server will find it, whatever its own is. */
static enum ics_err
dir_absolute(const char *dir, struct buf *out)
{
	char here[4096];

	if (dir[0] != '/') {
		if (getcwd(here, sizeof(here)) == NULL) {
			out_fail("%s: %s", dir, strerror(errno));
			return ICS_EIO;
		}
		buf_printf(out, "%s/", here);
	}
	buf_put_str(out, dir);
	if (strpbrk(buf_str(out), "\"\\\n$") == NULL)
		return buf_end(out);
	out_fail("%s: quotes, backslashes and $ cannot stand in icsd.conf",
	    dir);
	return ICS_EUSAGE;
}

static enum ics_err
configuration_write(const char *dir, const char *path, const char *profile)
{
	struct buf text;
	struct out_file file;
	enum ics_err err;

	if (access(path, F_OK) == 0)
		return ICS_OK; /* somebody's work; it stays */
	buf_init(&text, 65536);
	buf_printf(&text, configuration, dir, dir, profile);
	TRY(out_open(&file, path));
	TRY(out_put(&file, buf_bytes(&text)));
	TRY(out_close(&file));
out:
	buf_release(&text);
	return err;
}

/* With the server's own key, which its first start makes. */
static void
grant_print(const char *dir, const char *profile)
{
	out_line("      starts the server in front; the first start makes its "
		 "key and its domain");
	out_line("  gpg --import %s/own/secret.pgp", dir);
	out_line("  ics -D %s policy grant %s FINGERPRINT ROLE", dir, profile);
	out_line("      says whose word counts; ics-policy(5) has the roles");
	out_line("  rm %s/own/secret.pgp", dir);
}

static void
load_print(const char *dir)
{
	out_line("      starts the server in front; under systemd: "
		 "systemctl start icsd");
	out_line("  ics -D %s load KEYRING...", dir);
	out_line("      takes in certificates, also while the server runs");
	out_line("  gpg --keyserver hkp://127.0.0.1:11371 --recv-keys "
		 "FINGERPRINT");
}

static void
steps_print(const char *dir, enum domain_profile profile)
{
	out_line("%s is ready. Next:", dir);
	out_line("  icsd -n -f %s/%s", dir, CONFIGURATION_FILE);
	out_line("      checks the configuration");
	out_line("  icsd -d -f %s/%s", dir, CONFIGURATION_FILE);
	if (profile == DOMAIN_PROFILE_OPEN)
		load_print(dir);
	else
		grant_print(dir, domain_profile_word(profile));
}

int
cmd_init(struct ics *ics)
{
	const char *said =
	    ics->args_n > 0 ? ics->args[0] : ics->opts[ICS_OPT_STATE_DIR];
	enum domain_profile profile = DOMAIN_PROFILE_OPEN;
	struct buf dir, path;
	enum ics_err err = ICS_OK;

	buf_init(&dir, 8192);
	buf_init(&path, 8192 + 16);
	if (ics_has(ics, ICS_OPT_PROFILE))
		TRY(policy_profile_read(ics->opts[ICS_OPT_PROFILE], &profile));
	TRY(dir_absolute(said == NULL ? WHERE_DIR_DEFAULT : said, &dir));
	buf_printf(&path, "%s/%s", buf_str(&dir), CONFIGURATION_FILE);
	TRY(dir_make(buf_str(&dir)));
	if (profile == DOMAIN_PROFILE_OPEN)
		TRY(store_make(buf_str(&dir)));
	TRY(configuration_write(buf_str(&dir), buf_str(&path),
	    domain_profile_word(profile)));
	if (!ics_quiet(ics))
		steps_print(buf_str(&dir), profile);
out:
	buf_release(&dir);
	buf_release(&path);
	return err_exit(err);
}

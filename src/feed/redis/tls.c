/*
 * tls.c
 *	  Encrypted connections, where the client library has them (1.x).
 *
 * The certificate and the name in it are always checked: the client library by itself
 * checks the certificate alone, so the session is made here.
 */
#include "postgres.h"

#include "feed/redis/redis.h"

#if HIREDIS_MAJOR >= 1 && defined(__has_include)
#if __has_include(<hiredis/hiredis_ssl.h>)
#define HAS_TLS
#endif
#endif

#ifdef HAS_TLS

#include <arpa/inet.h>
#include <hiredis/hiredis_ssl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

static SSL_CTX *tls_context = NULL;

static void
raise_tls(const char *what, const char *file)
{
	const char *reason = ERR_reason_error_string(ERR_get_error());

	ereport(ERROR,
			(errcode(ERRCODE_CONFIG_FILE_ERROR),
			 errmsg("could not use %s \"%s\" for TLS to Redis", what, file),
			 errdetail("%s", reason != NULL ? reason : "The reason is not known.")));
}

void
th_redis_tls_init(const RedisOptions *options)
{
	if (!options->tls)
		return;
	tls_context = SSL_CTX_new(TLS_client_method());
	if (tls_context == NULL)
		raise_tls("library", "OpenSSL");
	SSL_CTX_set_verify(tls_context, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_min_proto_version(tls_context, TLS1_2_VERSION);
	SSL_CTX_set_mode(tls_context,
					 SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	if (options->tls_ca == NULL)
		SSL_CTX_set_default_verify_paths(tls_context);
	else if (SSL_CTX_load_verify_locations(tls_context, options->tls_ca, NULL) != 1)
		raise_tls("authority file", options->tls_ca);
	if (options->tls_cert != NULL &&
		SSL_CTX_use_certificate_chain_file(tls_context, options->tls_cert) != 1)
		raise_tls("certificate file", options->tls_cert);
	if (options->tls_key != NULL &&
		SSL_CTX_use_PrivateKey_file(tls_context, options->tls_key, SSL_FILETYPE_PEM) != 1)
		raise_tls("key file", options->tls_key);
}

static bool
expect_name(SSL *session, const char *name)
{
	unsigned char address[16];

	if (inet_pton(AF_INET, name, address) == 1 || inet_pton(AF_INET6, name, address) == 1)
		return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), name) == 1;
	return SSL_set_tlsext_host_name(session, name) == 1 && SSL_set1_host(session, name) == 1;
}

/* The certificate's fault, else what the library or the peer's alert says. */
static const char *
reason_of(SSL *session, const char *why)
{
	long verdict = SSL_get_verify_result(session);
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());

	ERR_clear_error();
	if (verdict != X509_V_OK)
		return X509_verify_cert_error_string(verdict);
	return reason != NULL ? reason : why;
}

/* The handshake may end here, or go on with what is read and written. */
bool
th_redis_tls_begin(RedisNode *node, const char **why)
{
	const char *name = th_redis.options.tls_server_name;
	SSL *session = SSL_new(tls_context);

	if (session == NULL || !expect_name(session, name != NULL ? name : node->address.host))
	{
		SSL_free(session);
		*why = "a TLS session could not be made";
		return false;
	}
	if (redisInitiateSSL(node->connection, session) == REDIS_OK)
	{
		node->tls = session;
		return true;
	}
	*why = reason_of(session, node->connection->errstr);
	SSL_free(session);
	return false;
}

const char *
th_redis_tls_reason(const RedisNode *node, const char *why)
{
	return node->tls != NULL ? reason_of(node->tls, why) : why;
}

bool
th_redis_tls_wants_input(const RedisNode *node)
{
	return node->tls != NULL && SSL_want_read((SSL *) node->tls);
}

void
th_redis_tls_stop(void)
{
	SSL_CTX_free(tls_context);
	tls_context = NULL;
}

#else

void
th_redis_tls_init(const RedisOptions *options)
{
	if (options->tls)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("option \"tls\" cannot be used with hiredis %d.%d", HIREDIS_MAJOR,
						HIREDIS_MINOR),
				 errhint("The library encrypts from version 1.0 on.")));
}

bool
th_redis_tls_begin(RedisNode *node, const char **why)
{
	*why = "TLS is not supported";
	return false;
}

const char *
th_redis_tls_reason(const RedisNode *node, const char *why)
{
	return why;
}

bool
th_redis_tls_wants_input(const RedisNode *node)
{
	return false;
}

void
th_redis_tls_stop(void)
{
}

#endif

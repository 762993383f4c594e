# Tidehold: three PostgreSQL extensions in one library, and a second library for
# the feed worker.  `make demo` and `make test` need nothing but a Debian machine.

TIDEHOLD_VERSION := 0.1.0
PG_VERSION_MIN := 15

PG_CONFIG ?= pg_config
PKG_CONFIG ?= pkg-config
CLANG_FORMAT ?= clang-format
export PG_CONFIG CLANG_FORMAT

EXTENSIONS := tidehold tidehold_inventory tidehold_ocean
INSTALL_SQL := $(EXTENSIONS:%=sql/%--$(TIDEHOLD_VERSION).sql)

MODULE_big := tidehold
PGFILEDESC := "tidehold - inventory and ocean observation inside the database"
# Below src/feed lies what runs in the feed's worker; beside it, what backends call.
FEED_SOURCES := $(wildcard src/feed/*/*.c)
SOURCES := $(filter-out $(FEED_SOURCES),$(wildcard src/*.c src/*/*.c src/*/*/*.c))
OBJS := $(SOURCES:.c=.o)
FEED_OBJS := $(FEED_SOURCES:.c=.o)
FEED_CORE := $(patsubst %.c,%.o,$(wildcard src/core/feed/*.c))
FEED_LIB := tidehold_feed.so

EXTENSION := $(EXTENSIONS:%=control/%)
DATA := $(wildcard sql/upgrade/*--*--*.sql)
DATA_built := $(INSTALL_SQL)

# The targets that prepare a bare machine must work before PostgreSQL is there.
PGXS := $(wildcard $(shell $(PG_CONFIG) --pgxs 2>/dev/null))
PREPARE := test/lib/packages.sh

# ---- flags --------------------------------------------------------------------
# PG_CFLAGS and not PG_CPPFLAGS carries -MMD: the bitcode compiler would write
# its own dependencies over those of the object file.
PG_CPPFLAGS = -Isrc -Ibuild -DTIDEHOLD_VERSION='"$(TIDEHOLD_VERSION)"'
PG_CFLAGS = -MMD -MP

# Warnings are errors in our own builds alone (the runners below set it): a
# packager's newer compiler must not fail on a warning that we could not know.
TIDEHOLD_DEV ?= 0
ifeq ($(TIDEHOLD_DEV),1)
PG_CPPFLAGS += -isystem $(shell $(PG_CONFIG) --includedir-server)
PG_CFLAGS += -Wall -Wextra -Werror -Wno-unused-parameter -Wno-declaration-after-statement
override with_llvm := no
endif

# ---- tests through PGXS (make installcheck on a server that preloads tidehold) --
REGRESS := $(sort $(notdir $(basename $(wildcard test/sql/*.sql))))
REGRESS_OPTS := --inputdir=test
ISOLATION := $(sort $(notdir $(basename $(wildcard test/specs/*.spec))))
ISOLATION_OPTS := --inputdir=test --outputdir=.

EXTRA_CLEAN = build results output_iso tmp_check $(FEED_LIB) $(FEED_OBJS) \
	$(EXTENSION:=.control) $(wildcard sql/*--*.sql) $(OBJS:.o=.d) $(FEED_OBJS:.o=.d) $(FEED_OBJS:.o=.bc)

ifneq ($(PGXS),)
include $(PGXS)
ifeq ($(shell test $(basename $(MAJORVERSION)) -ge $(PG_VERSION_MIN) && echo yes),)
$(error tidehold needs PostgreSQL $(PG_VERSION_MIN) or newer, $(PG_CONFIG) is of $(MAJORVERSION))
endif
else
all install:
	@echo 'no PGXS found by "$(PG_CONFIG) --pgxs": install the server development files or set PG_CONFIG' >&2; exit 1
endif

# ---- generated files ------------------------------------------------------------
all: $(FEED_LIB) META.json

control/%.control: control/%.control.in Makefile
	sed 's/@VERSION@/$(TIDEHOLD_VERSION)/g' $< > $@

META.json: control/META.json.in Makefile
	sed 's/@VERSION@/$(TIDEHOLD_VERSION)/g' $< > $@

define install_script
sql/$(1)--$(TIDEHOLD_VERSION).sql: $$(sort $$(wildcard sql/$(1)/*.sql)) Makefile
	cat $$(filter %.sql,$$^) > $$@
endef
$(foreach extension,$(EXTENSIONS),$(eval $(call install_script,$(extension))))

# An object made with other flags, or for another server, is stale.
build/flags: FORCE
	@mkdir -p build
	@echo '$(TIDEHOLD_VERSION) $(TIDEHOLD_DEV) $(PG_CONFIG) $(PGXS) $(CC) $(CFLAGS)' | cmp -s - $@ || \
		echo '$(TIDEHOLD_VERSION) $(TIDEHOLD_DEV) $(PG_CONFIG) $(PGXS) $(CC) $(CFLAGS)' > $@
$(OBJS) $(FEED_OBJS): build/flags

# Loops over the days of a series without a branch; the server does so with its checksums.
# Private, for build/flags is a prerequisite and would take it for a change.
src/core/ocean/series.o src/core/ocean/ranked_pool.o src/core/ocean/climatology.o: private CFLAGS += $(CFLAGS_VECTORIZE)

# ---- what backends know of the client libraries, which they do not link ------------
# Names of librdkafka's properties and the version of hiredis, asked at build time.
build/client_facts.inc: Makefile
	@mkdir -p build
	printf '%s\n' '#include <stdio.h>' '#include <librdkafka/rdkafka.h>' '#include <hiredis/hiredis.h>' \
		'int main(void) { printf("hiredis | %d |\n", HIREDIS_MAJOR); rd_kafka_conf_properties_show(stdout); }' | \
		$(CC) -x c - -o build/client_facts $(shell $(PKG_CONFIG) --cflags --libs rdkafka)
	build/client_facts > build/client_facts.txt
	awk -F '[ |]+' '$$1 == "hiredis" { print "#define FEED_HIREDIS_MAJOR " $$2 } \
		$$2 ~ /^[*CP]$$/ { printf "FEED_PROPERTY(\"%s\", \047%s\047)\n", $$1, $$2 }' build/client_facts.txt > $@
src/feed/option_kafka.o src/feed/option_kafka.bc: build/client_facts.inc

# ---- the feed worker's library: alone in linking librdkafka and hiredis ----------
# The linker would drop a library that nothing calls yet.
# From hiredis 1.0 on, TLS to Redis is in a library beside it.
HIREDIS_TLS = $(shell $(PKG_CONFIG) --exists hiredis_ssl openssl 2>/dev/null && echo hiredis_ssl openssl)
FEED_LINK = -Wl,--no-as-needed $(shell $(PKG_CONFIG) --libs rdkafka hiredis $(HIREDIS_TLS))
$(FEED_OBJS): override CPPFLAGS += $(shell $(PKG_CONFIG) --cflags rdkafka hiredis)
$(FEED_LIB): $(FEED_OBJS) $(FEED_CORE)
	$(CC) $(CFLAGS) $(CFLAGS_SL) -shared -o $@ $^ $(LDFLAGS) $(LDFLAGS_SL) $(FEED_LINK)

install: install-feed
install-feed: $(FEED_LIB) installdirs
	$(INSTALL_SHLIB) $(FEED_LIB) '$(DESTDIR)$(pkglibdir)/$(FEED_LIB)'
uninstall: uninstall-feed
uninstall-feed:
	rm -f '$(DESTDIR)$(pkglibdir)/$(FEED_LIB)'

# ---- a library that is wrong on purpose: the storm test must catch it -------------
NEGATIVE := build/negative-control
negative-control-lib: $(NEGATIVE)/tidehold.so
$(NEGATIVE)/tidehold.so: $(SOURCES:%.c=$(NEGATIVE)/%.o)
	$(CC) $(CFLAGS) $(CFLAGS_SL) -shared -o $@ $^ $(LDFLAGS) $(LDFLAGS_SL)
$(NEGATIVE)/%.o: %.c build/flags build/client_facts.inc
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(CFLAGS_SL) $(CPPFLAGS) -DTIDEHOLD_APPLY_AT_PRE_COMMIT -Wno-error -c $< -o $@

# ---- runners: each prepares the machine, builds, and leaves nothing running --------
demo:
	@$(PREPARE) demo
	@TIDEHOLD_PROFILE=demo test/lib/with_cluster test/demo/run
test:
	@$(PREPARE) demo test lint kafka
	@test/lib/run_tests $(TESTS)
lint unit:
	@$(PREPARE) demo lint
	@test/$@/run
fuzz:
	@$(PREPARE) demo fuzz
	@test/fuzz/run
bench-feed:
	@$(PREPARE) demo bench kafka
	@TIDEHOLD_WANTS=kafka TIDEHOLD_PROFILE=bench test/lib/with_cluster test/bench/feed
bench-forecast:
	@$(PREPARE) demo forecast python
	@test/bench/lib/python_peers build/statsforecast statsforecast
	@STATSFORECAST=$(CURDIR)/build/statsforecast TIDEHOLD_PROFILE=bench test/lib/with_cluster test/bench/forecast
bench-ocean bench-ocean_heatwave: bench-%:
	@$(PREPARE) demo $${MARINE_HEATWAVES:+python}
	@[ -z "$$MARINE_HEATWAVES" ] || test/bench/lib/python_peers build/ocean_reference 'numpy<2' scipy
	@REFERENCE_PYTHON=$(CURDIR)/build/ocean_reference TIDEHOLD_PROFILE=bench test/lib/with_cluster test/bench/$*
bench-%:
	@$(PREPARE) demo
	@TIDEHOLD_PROFILE=bench test/lib/with_cluster test/bench/$*
storm:
	@$(PREPARE) demo test kafka
	@TIDEHOLD_TARGETS=negative-control-lib TIDEHOLD_WANTS=kafka test/lib/with_cluster test/storm/run $(STORMS)
matrix:
	@$(PREPARE) matrix
	@test/lib/matrix
docker:
	@$(PREPARE) docker
	@docker/build-with-buildah.sh --run
dist:
	@mkdir -p build
	git archive --format=zip --prefix=tidehold-$(TIDEHOLD_VERSION)/ -o build/tidehold-$(TIDEHOLD_VERSION).zip HEAD

FORCE:
.PHONY: FORCE all install install-feed uninstall-feed demo test unit lint fuzz \
	matrix docker storm dist bench-feed bench-forecast bench-ocean \
	bench-ocean_heatwave negative-control-lib

-include $(OBJS:.o=.d) $(FEED_OBJS:.o=.d) $(SOURCES:%.c=$(NEGATIVE)/%.d)

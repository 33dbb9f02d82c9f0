# m365restore: build, try, prove. `make help` lists what there is.

LUA_VERSION = 5.4
LUA         = lua5.4
BUSTED      = busted --lua=$(LUA)
CC          = gcc
PREFIX      = /usr/local
LUADIR      = $(PREFIX)/share/lua/$(LUA_VERSION)
LIBDIR      = $(PREFIX)/lib/lua/$(LUA_VERSION)

CPPFLAGS = -D_GNU_SOURCE $(shell pkg-config --cflags lua5.4 2>/dev/null)
WARNINGS = -Wall -Wextra -Wpedantic
CFLAGS   = -O2 -g
SHARED   = -std=c99 -fPIC $(WARNINGS)

# where the modules go; the sanitized build has a folder of its own
BUILD = build
OBJ   = $(BUILD)/obj

# a module and the libraries it links, a line each
MODULES = core system crypto simulator/host
CORE    = buffer retry transfer engine options json catalogue failure await \
          contract pulse tenant token call request resource pager \
          client core
core_SOURCES           = $(CORE:%=src/%.c)
core_LIBS              = -lcurl -lm
system_SOURCES         = $(wildcard src/system*.c) $(addprefix src/,fault.c pulse.c buffer.c)
crypto_SOURCES         = $(wildcard src/crypto*.c) src/fault.c
crypto_LIBS            = -lcrypto
simulator/host_SOURCES = $(wildcard simulator/src/*.c)
simulator/host_LIBS    = -lmicrohttpd -lpthread

SO = $(MODULES:%=$(BUILD)/m365restore/%.so)

# the project's own modules first, then what is installed
export LUA_PATH  = lua/?.lua;lua/?/init.lua;simulator/lua/?.lua;simulator/lua/?/init.lua;;
export LUA_CPATH = $(BUILD)/?.so;;

.PHONY: all help deps demo test test-full lint spec asan bench install clean
.SECONDEXPANSION:

all: $(SO)

help:
	@echo 'make demo     a restore of 25 sites against the simulator'
	@echo 'make test     everything: lint, specs, specs under ASan and UBSan'
	@echo 'make lint     luacheck, and the C conventions'
	@echo 'make asan     the specs under ASan and UBSan'
	@echo 'make bench    figures beside plain C programs'
	@echo 'make install  into PREFIX ($(PREFIX))'
	@echo 'make clean    removes what was built'

objects = $(patsubst %.c,$(OBJ)/%.o,$($(1)_SOURCES))

$(BUILD)/m365restore/%.so: $$(call objects,$$*)
	@mkdir -p $(@D)
	$(CC) -shared $(LDFLAGS) -o $@ $^ $($*_LIBS)

$(OBJ)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(SHARED) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# objects are kept: they are what the next build compares with
.SECONDARY:

-include $(shell find $(OBJ) -name '*.d' 2>/dev/null)

clean:
	rm -rf build luarocks_tree

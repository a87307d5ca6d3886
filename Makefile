# Needs python3 (3.11 or newer) with pip and venv, and make. Everything else is installed into .venv from requirements.lock.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
DEMO ?= build/demo
ROWS ?= 10000000
PLATFORMS ?= linux_x86_64
PYTHONS ?= 3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
VENV2 := .venv-duckdb2
READY2 := $(VENV2)/.ready
PIP := -m pip --disable-pip-version-check --no-input install --quiet
TESTS ?=
unexport PYTHONDONTWRITEBYTECODE # the tests start many programs: each would compile the tree again

.PHONY: help env demo test lint contract check-docs proof bench bundle wheel docs lock clean distclean

help: ## 显示本说明 / show this help
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

define make_venv
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "需要 Python 3.11 或更新版本;可用 make PYTHON=python3.12 指定。" >&2; \
	  echo "Python 3.11 or newer is needed; name one with make PYTHON=python3.12." >&2; exit 2; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "缺少 Python 的 venv 模块;在 Debian、Ubuntu、统信、麒麟上请先执行:apt-get install python3-venv" >&2; \
	  echo "Python's venv module is missing; on Debian and its kin run first: apt-get install python3-venv" >&2; exit 2; }
	@echo "正在建立 $(1) / making $(1)"
	@$(PYTHON) -m venv --clear $(1)
	@$(1)/bin/python $(PIP) --require-hashes -r requirements.lock
endef

define install_project
	@$(1)/bin/python $(PIP) --no-deps --no-build-isolation --editable .
	@touch $@
endef

$(READY): requirements.lock pyproject.toml
	$(call make_venv,$(VENV))
	$(call install_project,$(VENV))

$(READY2): requirements.lock requirements-duckdb2.lock pyproject.toml
	$(call make_venv,$(VENV2))
	@$(VENV2)/bin/python $(PIP) --require-hashes -r requirements-duckdb2.lock
	$(call install_project,$(VENV2))

env: $(READY) ## 建立运行环境 .venv / make the environment .venv

demo: $(READY) ## 运行演示,结果写入 build/demo / run the demonstration into build/demo
	$(BIN)/gep demo $(DEMO)

test: $(READY) contract ## 全部测试(不到十分钟)/ all tests, under ten minutes; make test TESTS=tests/base for a part
ifeq ($(strip $(TESTS)),)
	$(BIN)/python -m pytest -n 2 --dist loadfile
else
	$(BIN)/python -m pytest $(TESTS)
endif

contract: $(READY)
	$(BIN)/lint-imports --no-cache

check-docs: $(READY)
	$(BIN)/python tools/docs.py --check

lint: $(READY) contract ## 格式、类型和依赖方向检查 / style, types, direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

proof: $(READY) $(READY2) contract ## 完整验证,含覆盖率与 DuckDB 2(很久)/ every proof in full, coverage and DuckDB 2 too (long)
	GEP_PROOF=full $(BIN)/python -m pytest -n 2 --dist loadfile --cov --cov-report=term
	GEP_PROOF=full $(VENV2)/bin/python -m pytest -n 2 --dist loadfile -p no:cacheprovider
	$(BIN)/python tools/mutation.py

bench: $(READY) ## 测速,ROWS=行数 / measure speed and memory, ROWS=number of rows
	$(BIN)/python benchmarks/bench_plan.py --rows $(ROWS)
	$(BIN)/python benchmarks/bench_assets.py
	$(BIN)/python -m benchmarks.bench_cookbook
	$(BIN)/python benchmarks/bench_uncertainty.py
	$(BIN)/python benchmarks/bench_statements.py

wheel: $(READY) ## 生成安装包 / build the wheel into dist
	$(BIN)/python -m build --wheel --no-isolation --outdir dist .

bundle: $(READY) ## 生成离线安装包 / build the archive for a closed network: PLATFORMS="linux_x86_64 linux_aarch64 win_amd64"
	$(BIN)/python tools/bundle.py --platform $(PLATFORMS) --python $(PYTHONS)

docs: $(READY) ## 重新生成文档 / regenerate the generated documents
	$(BIN)/python tools/docs.py

lock: ## 更新依赖锁定文件 / renew the lock files
	$(PYTHON) -m venv build/lock-venv
	build/lock-venv/bin/python $(PIP) uv
	build/lock-venv/bin/python tools/lock.py build/lock-venv/bin/uv

clean: ## 删除生成物和缓存 / remove what was made and the caches
	rm -rf build dist htmlcov .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis mutants
	find . -name __pycache__ -type d -not -path './.venv*' -prune -exec rm -rf {} +

distclean: clean ## 另删运行环境 / remove the environments too
	rm -rf $(VENV) $(VENV2)

#!/bin/sh
# Install gep-accounts @VERSION@ without any network: sh install.sh [FOLDER]   (default: gep-env beside this file)
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
target=${1:-"$(dirname -- "$here")/gep-env"}
supported="@PYTHONS@"

fail() {
  printf '%s\n' "$@" >&2
  exit 1
}

python=${PYTHON:-}
if [ -z "$python" ]; then
  for version in $supported; do
    if command -v "python$version" >/dev/null 2>&1; then python="python$version"; break; fi
  done
fi
python=${python:-python3}
command -v "$python" >/dev/null 2>&1 || fail "找不到 Python。本安装包需要 Python:$supported" "Python was not found. This package needs Python $supported."

version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
case " $supported " in
  *" $version "*) ;;
  *) fail "$python 是 Python $version,本安装包只适用于:$supported。可用 PYTHON=路径 sh install.sh 指定。" \
          "$python is Python $version; this package serves only $supported. Name one with PYTHON=PATH sh install.sh." ;;
esac
"$python" -c 'import venv, ensurepip' 2>/dev/null || fail "Python 缺少 venv 模块,请先安装系统软件包 python3-venv。" \
  "Python lacks its venv module; install the system package python3-venv first."

echo "1/3 核对文件 / checking the files"
"$python" -B "$here/check_sums.py" || fail "安装包已损坏或被改动,未安装任何内容。" "The package is damaged or was altered; nothing was installed."
[ ! -e "$target" ] || fail "$target 已存在,请换一个目录。" "$target exists already; name another folder."

echo "2/3 安装到 / installing into $target"
"$python" -m venv "$target"
pip_install() {
  "$target/bin/python" -m pip --isolated --disable-pip-version-check --no-input install --quiet --no-index --find-links "$here/wheels" "$@"
}
pip_install --require-hashes -r "$here/requirements.lock"
pip_install --no-deps "$here/wheels/@WHEEL@"

echo "3/3 验证 / verifying"
"$target/bin/python" -m pip --isolated --disable-pip-version-check check
"$target/bin/gep" --version
echo "完成。运行:$target/bin/gep demo"
echo "Done. Run: $target/bin/gep demo"

# shellcheck shell=bash
# What installers/run and installers/test share; sourced by both. Everything is asked for only when it is missing, so a
# second call does nothing that stands. Every failure ends in one sentence that says what to do.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
TORCH_VERSION=2.13.0
TORCH_HOME=$ROOT/build/torch

say() { printf '==> %s\n' "$*" >&2; }
die() {
  printf 'luthier: %s\n' "$*" >&2
  exit 1
}

# Free space where the sources lie, in MiB.
free_space() { df -Pm "$ROOT" | awk 'NR == 2 { print $4 }'; }
need_space() {
  local free
  free=$(free_space)
  [ "$free" -ge "$1" ] || die "$2 takes about $1 MB and only $free MB are free at $ROOT; free some space and call this again."
}

# --- system packages --------------------------------------------------------------------------------------------------
package_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }
package_known() { apt-cache show "$1" >/dev/null 2>&1; }

# Prints what installers/packages.txt names and the system lacks; of "a | b" the first that apt knows.
missing_packages() {
  local line name names chosen
  while IFS= read -r line; do
    line=${line%%#*}
    names=${line//|/ }
    chosen=
    for name in $names; do
      if package_installed "$name"; then
        chosen=
        break
      fi
      if [ -z "$chosen" ]; then
        chosen=$name
      elif ! package_known "$chosen" && package_known "$name"; then
        chosen=$name
      fi
    done
    if [ -n "$chosen" ]; then printf '%s\n' "$chosen"; fi
  done <"$ROOT/installers/packages.txt"
}

install_packages() {
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    say "This system has no apt; what $ROOT/installers/packages.txt names must be there already."
    return
  fi
  local missing as_root=()
  mapfile -t missing < <(missing_packages)
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null ||
      die "These packages are missing and installing them needs root; as root type: apt-get install ${missing[*]}"
    as_root=(sudo)
    # Without a terminal nobody can type a password.
    if [ ! -t 0 ] && ! sudo -n true 2>/dev/null; then
      die "These packages are missing and sudo asks for a password here; type: sudo apt-get install ${missing[*]}"
    fi
  fi
  need_space 3000 "Installing the system packages"
  say "Installing system packages: ${missing[*]}"
  as_root+=(env DEBIAN_FRONTEND=noninteractive)
  "${as_root[@]}" apt-get -q update >&2 </dev/null ||
    die "The package lists could not be fetched (the lines above say why); connect to the network, check /etc/apt, and call this again."
  mapfile -t missing < <(missing_packages)  # a fresh list may know another name
  "${as_root[@]}" apt-get -q -y --no-install-recommends install "${missing[@]}" >&2 </dev/null ||
    die "apt could not install every package (the lines above say why); mend that, or install these by hand: ${missing[*]}"
}

# --- LibTorch ---------------------------------------------------------------------------------------------------------
torch_usable() { [ -f "$1/lib/libtorch_cpu.so" ] && [ -f "$1/include/torch/csrc/api/include/torch/torch.h" ]; }

# "2.13" of a LibTorch folder, from its own header.
torch_version_of() {
  cat "$1/include/torch/headeronly/version.h" "$1/include/torch/csrc/api/include/torch/version.h" 2>/dev/null |
    awk '$2 == "TORCH_VERSION_MAJOR" { major = $3 } $2 == "TORCH_VERSION_MINOR" { minor = $3 } END { print major "." minor }'
}

check_own_torch() {
  torch_usable "$LUTHIER_TORCH" ||
    die "LUTHIER_TORCH is '$LUTHIER_TORCH', which holds no LibTorch (lib/libtorch_cpu.so and include/); correct it, or unset it to have one fetched."
  local version
  version=$(torch_version_of "$LUTHIER_TORCH")
  [ "$version" = "${TORCH_VERSION%.*}" ] ||
    say "LUTHIER_TORCH holds LibTorch $version; Luthier is tested with $TORCH_VERSION, going on."
}

# The first Python that has pip.
python_with_pip() {
  local python
  for python in python3 /usr/bin/python3; do
    if "$python" -m pip --version >/dev/null 2>&1; then
      printf '%s\n' "$python"
      return
    fi
  done
  die "There is no Python 3 with pip; install python3 and python3-pip, or set LUTHIER_TORCH to an unpacked LibTorch $TORCH_VERSION."
}

fetch_torch() {
  local python try
  python=$(python_with_pip) || exit 1
  need_space 9000 "LibTorch with its libraries"
  for try in 1 2; do
    say "Fetching LibTorch $TORCH_VERSION into build/torch (0.2 GB for a CPU build, 3 GB for a CUDA build; try $try)"
    rm -rf "$TORCH_HOME.part"
    # Under its final name only when it is whole: an interrupted call leaves nothing that looks finished.
    if "$python" -m pip install --disable-pip-version-check --no-input --no-cache-dir --no-compile --progress-bar off \
      --root-user-action ignore --target "$TORCH_HOME.part" "torch==$TORCH_VERSION" >&2 </dev/null &&
      torch_usable "$TORCH_HOME.part/torch"; then
      rm -rf "$TORCH_HOME"
      mv "$TORCH_HOME.part" "$TORCH_HOME"
      return
    fi
  done
  rm -rf "$TORCH_HOME.part"
  die "pip could not fetch torch==$TORCH_VERSION (the lines above say why); connect to the network or set LUTHIER_TORCH to an unpacked LibTorch $TORCH_VERSION, and call this again."
}

prepare_torch() {
  if [ -n "${LUTHIER_TORCH:-}" ]; then
    check_own_torch
    return
  fi
  if torch_usable "$TORCH_HOME/torch" && [ "$(torch_version_of "$TORCH_HOME/torch")" = "${TORCH_VERSION%.*}" ]; then return; fi
  fetch_torch
}

# --- build ------------------------------------------------------------------------------------------------------------
# The targets named, or everything with the tests.
build() {
  local tool targets=()
  [ $# -eq 0 ] || targets=(--target "$@")
  for tool in cmake ninja g++ pkg-config; do
    command -v "$tool" >/dev/null || die "'$tool' is missing; install what $ROOT/installers/packages.txt names."
  done
  cd "$ROOT" || die "The folder '$ROOT' cannot be entered."
  local torch=${LUTHIER_TORCH:-$TORCH_HOME/torch}
  cmake --preset release -DLUTHIER_TORCH="$(cd "$torch" && pwd)" >build/configure.log 2>&1 </dev/null || {
    cat build/configure.log >&2
    die "The build could not be configured (the last lines above name what is missing; the whole is in build/configure.log)."
  }
  [ -f build/release/bin/luthierctl ] || need_space 2000 "The build"
  say "Building (the first time takes a quarter of an hour on two cores)"
  cmake --build --preset release "${targets[@]}" >&2 </dev/null ||
    die "The build stopped (the first error above says where); with the disk full or memory short, make room and call this again: it goes on where it stopped."
}

set_up() {
  if ! mkdir -p "$ROOT/build" 2>/dev/null || [ ! -w "$ROOT/build" ]; then
    die "The folder '$ROOT/build' cannot be written; call this from a copy of your own."
  fi
  case $(uname -s) in Linux) ;; *) die "These scripts are for Linux; README.md says how to build by hand." ;; esac
  install_packages
  prepare_torch
  build "$@"
}

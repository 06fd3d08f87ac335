# Wine for the tests of the Windows programs; sourced. Debian's Wine 8 has no bcryptprimitives.dll, which Rust's standard library needs, so a shim
# is built beside the programs under test. It is never shipped.
# wine_start FOLDER: prepares Wine in FOLDER and sets `wine`; wine_stop ends everything that runs in it.

wine_start() {
  local folder
  folder=$(realpath -m "${1:-${CARGO_TARGET_DIR:-target}/wine}")
  # Debian's `wine` is a script around wine64.
  wine=$(command -v wine64 || ls /usr/lib/wine/wine64 2>/dev/null || command -v wine)
  export WINEPREFIX=$folder/prefix WINEARCH=win64 WINEDEBUG=${WINEDEBUG:--all} WINEDLLOVERRIDES="winemenubuilder.exe,mscoree,mshtml="
  mkdir -p "$folder/shim"
  if [ ! -s "$folder/shim/bcryptprimitives.dll" ]; then
    printf '%s\n' '#include <windows.h>' '#include <ntsecapi.h>' \
      '__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T length) { return RtlGenRandom(data, (ULONG)length); }' > "$folder/shim/shim.c"
    x86_64-w64-mingw32-gcc -shared -O1 -s -o "$folder/shim/bcryptprimitives.dll" "$folder/shim/shim.c" -ladvapi32
  fi
  # shellcheck disable=SC2034
  shim=$folder/shim/bcryptprimitives.dll
  export WINEPATH="Z:${folder//\//\\}\\shim"
  if [ ! -e "$WINEPREFIX/ready" ]; then
    "$wine" wineboot --init >/dev/null 2>&1
    # The programs need Windows 10; Wine 8 says 7.
    "$wine" winecfg -v win10 >/dev/null 2>&1
    wine_stop
    touch "$WINEPREFIX/ready"
  fi
}

wine_stop() {
  local server
  server=$(command -v wineserver || command -v wineserver64 || ls /usr/lib/wine/wineserver* 2>/dev/null | head -1)
  "$server" -k 2>/dev/null || true
  "$server" -w 2>/dev/null || true
}

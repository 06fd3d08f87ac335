#!/usr/bin/env bash
# UNTESTED: the project has no Mac. Makes "target/macos/nanoCocoa Studio.app" and a .dmg from a universal release build.
# Signing and notarization happen when these are set: CODESIGN_IDENTITY ("Developer ID Application: …"), NOTARY_PROFILE (a keychain
# profile made by `xcrun notarytool store-credentials`).
set -euo pipefail
cd "$(dirname "$0")/../.."
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)
for target in aarch64-apple-darwin x86_64-apple-darwin; do
  rustup target add "$target"
  cargo build --release --locked --target "$target"
done
app="target/macos/nanoCocoa Studio.app"
rm -rf "$app"
mkdir -p "$app/Contents/MacOS" "$app/Contents/Resources/licenses"
lipo -create -output "$app/Contents/MacOS/nanococoa" target/{aarch64,x86_64}-apple-darwin/release/nanococoa
sed "s/0\.1\.0/$version/" packaging/macos/Info.plist > "$app/Contents/Info.plist"
cp packaging/icons/nanococoa.icns "$app/Contents/Resources/"
cp NOTICE LICENSE-MIT LICENSE-APACHE "$app/Contents/Resources/"
cp assets/licenses/* "$app/Contents/Resources/licenses/"
cp assets/samples/coffee.png "$app/Contents/Resources/"
if [ -n "${CODESIGN_IDENTITY:-}" ]; then
  codesign --force --options runtime --entitlements packaging/macos/nanococoa.entitlements --timestamp --sign "$CODESIGN_IDENTITY" "$app"
fi
dmg="target/macos/nanococoa-$version.dmg"
hdiutil create -volname "nanoCocoa Studio" -srcfolder "$app" -ov -format UDZO "$dmg"
if [ -n "${NOTARY_PROFILE:-}" ]; then
  xcrun notarytool submit "$dmg" --keychain-profile "$NOTARY_PROFILE" --wait
  xcrun stapler staple "$dmg"
fi
echo "$dmg"

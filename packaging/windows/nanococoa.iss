; UNTESTED: written for Inno Setup 6 and never run; the project has no Windows machine.
; Build:  cargo build --release --locked
;         iscc packaging\windows\nanococoa.iss
#define Version "0.1.0"

[Setup]
AppId={{6E0B7C8C-5F0B-4C36-9C43-2B6F4B1B8C0A}
AppName=nanoCocoa Studio
AppVersion={#Version}
AppPublisher=The nanoCocoa team
DefaultDirName={autopf}\nanoCocoa Studio
DefaultGroupName=nanoCocoa Studio
LicenseFile=..\..\LICENSE-MIT
SetupIconFile=..\icons\nanococoa.ico
UninstallDisplayIcon={app}\nanococoa.exe
OutputDir=..\..\target\windows
OutputBaseFilename=nanococoa-{#Version}-setup
Compression=lzma2
SolidCompression=yes
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog
ChangesAssociations=yes
ChangesEnvironment=yes

[Languages]
Name: "english"; MessagesFile: "compiler:Default.isl"
Name: "korean"; MessagesFile: "compiler:Languages\Korean.isl"

[Tasks]
Name: "desktopicon"; Description: "{cm:CreateDesktopIcon}"; Flags: unchecked
Name: "path"; Description: "Add nanococoa to PATH"; Flags: unchecked

[Files]
Source: "..\..\target\release\nanococoa.exe"; DestDir: "{app}"; Flags: ignoreversion
Source: "..\icons\nanococoa.ico"; DestDir: "{app}"
Source: "..\..\assets\samples\coffee.png"; DestDir: "{app}\samples"
Source: "..\..\assets\licenses\*"; DestDir: "{app}\licenses"
Source: "..\..\NOTICE"; DestDir: "{app}"
Source: "..\..\LICENSE-MIT"; DestDir: "{app}"
Source: "..\..\LICENSE-APACHE"; DestDir: "{app}"

[Icons]
Name: "{group}\nanoCocoa Studio"; Filename: "{app}\nanococoa.exe"; IconFilename: "{app}\nanococoa.ico"
Name: "{autodesktop}\nanoCocoa Studio"; Filename: "{app}\nanococoa.exe"; IconFilename: "{app}\nanococoa.ico"; Tasks: desktopicon

[Registry]
Root: HKA; Subkey: "Software\Classes\.ncocoa"; ValueType: string; ValueData: "nanococoa.project"; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\nanococoa.project"; ValueType: string; ValueData: "nanoCocoa Studio project"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\nanococoa.project\DefaultIcon"; ValueType: string; ValueData: "{app}\nanococoa.ico"
Root: HKA; Subkey: "Software\Classes\nanococoa.project\shell\open\command"; ValueType: string; ValueData: """{app}\nanococoa.exe"" --open ""%1"""
Root: HKA; Subkey: "Environment"; ValueType: expandsz; ValueName: "Path"; ValueData: "{olddata};{app}"; Tasks: path; Check: not IsAdminInstallMode

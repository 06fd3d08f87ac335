; The installer: for one user, without administrator rights. build.sh calls makensis with VERSION, FOLDER (the files) and OUTFILE.
; Silent: setup.exe /S [/D=C:\folder], and uninstall.exe /S. /PATH=1 also adds the folder to the user's PATH.
Target amd64-unicode
ManifestSupportedOS Win10
SetCompressor /SOLID lzma
RequestExecutionLevel user
Name "nanoCocoa Studio"
OutFile "${OUTFILE}"
InstallDir "$LOCALAPPDATA\Programs\nanoCocoa Studio"
InstallDirRegKey HKCU "Software\nanoCocoa Studio" "Folder"
ManifestDPIAware true
BrandingText "nanoCocoa Studio ${VERSION}"

!include MUI2.nsh
!include WinVer.nsh
!include FileFunc.nsh
!include Sections.nsh
!include WinMessages.nsh

!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\nanoCocoa Studio"
!define PROJECT "nanoCocoa.Project"
!define MUI_ICON "..\icons\nanococoa.ico"
!define MUI_UNICON "..\icons\nanococoa.ico"
!define MUI_FINISHPAGE_RUN "$INSTDIR\nanococoa-studio.exe"
!define MUI_FINISHPAGE_NOREBOOTSUPPORT
!define MUI_COMPONENTSPAGE_NODESC

!insertmacro MUI_PAGE_COMPONENTS
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "Korean"

VIProductVersion "${VERSION}.0"
VIFileVersion "${VERSION}.0"
VIAddVersionKey /LANG=0 "ProductName" "nanoCocoa Studio"
VIAddVersionKey /LANG=0 "FileDescription" "nanoCocoa Studio Setup"
VIAddVersionKey /LANG=0 "CompanyName" "The nanoCocoa team"
VIAddVersionKey /LANG=0 "LegalCopyright" "2026, the nanoCocoa team; MIT or Apache-2.0"
VIAddVersionKey /LANG=0 "FileVersion" "${VERSION}"
VIAddVersionKey /LANG=0 "ProductVersion" "${VERSION}"

LangString TooOld ${LANG_ENGLISH} "nanoCocoa Studio needs 64-bit Windows 10 or newer."
LangString TooOld ${LANG_KOREAN} "nanoCocoa Studio는 64비트 Windows 10 이상에서 쓸 수 있어요."
LangString InUse ${LANG_ENGLISH} "nanoCocoa Studio is running. Close it and try again."
LangString InUse ${LANG_KOREAN} "nanoCocoa Studio가 실행 중이에요. 닫은 뒤 다시 시도하세요."
LangString Program ${LANG_ENGLISH} "nanoCocoa Studio"
LangString Program ${LANG_KOREAN} "nanoCocoa Studio"
LangString Files ${LANG_ENGLISH} "Open .ncocoa projects with the studio"
LangString Files ${LANG_KOREAN} ".ncocoa 프로젝트를 스튜디오로 열기"
LangString Desktop ${LANG_ENGLISH} "Icon on the desktop"
LangString Desktop ${LANG_KOREAN} "바탕 화면 아이콘"
LangString Terminal ${LANG_ENGLISH} "Command nanococoa in terminals (PATH)"
LangString Terminal ${LANG_KOREAN} "터미널에서 nanococoa 명령 쓰기 (PATH)"
LangString ProjectType ${LANG_ENGLISH} "nanoCocoa Studio project"
LangString ProjectType ${LANG_KOREAN} "nanoCocoa Studio 프로젝트"

; Fails while a program of this folder runs: it could not be replaced.
!macro RefuseIfRunning PREFIX
Function ${PREFIX}RefuseIfRunning
  IfFileExists "$INSTDIR\nanococoa.exe" 0 done
  ClearErrors
  FileOpen $0 "$INSTDIR\nanococoa.exe" a
  IfErrors 0 free
  MessageBox MB_OK|MB_ICONEXCLAMATION "$(InUse)" /SD IDOK
  SetErrorLevel 2
  Abort
free:
  FileClose $0
done:
FunctionEnd
!macroend
!insertmacro RefuseIfRunning ""
!insertmacro RefuseIfRunning "un."

Section "$(Program)" SectionProgram
  SectionIn RO
  Call RefuseIfRunning
  SetOutPath "$INSTDIR"
  File /r "${FOLDER}\*"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortcut "$SMPROGRAMS\nanoCocoa Studio.lnk" "$INSTDIR\nanococoa-studio.exe" "" "$INSTDIR\nanococoa.ico"
  WriteRegStr HKCU "Software\nanoCocoa Studio" "Folder" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayName" "nanoCocoa Studio"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayIcon" "$INSTDIR\nanococoa.ico"
  WriteRegStr HKCU "${UNINSTALL}" "Publisher" "The nanoCocoa team"
  WriteRegStr HKCU "${UNINSTALL}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL}" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  WriteRegDWORD HKCU "${UNINSTALL}" "EstimatedSize" $0
SectionEnd

Section "$(Files)" SectionFiles
  WriteRegStr HKCU "Software\Classes\.ncocoa" "" "${PROJECT}"
  WriteRegStr HKCU "Software\Classes\.ncocoa\OpenWithProgids" "${PROJECT}" ""
  WriteRegStr HKCU "Software\Classes\${PROJECT}" "" "$(ProjectType)"
  WriteRegStr HKCU "Software\Classes\${PROJECT}\DefaultIcon" "" "$INSTDIR\nanococoa.ico"
  WriteRegStr HKCU "Software\Classes\${PROJECT}\shell\open\command" "" '"$INSTDIR\nanococoa-studio.exe" --open "%1"'
  ; SHCNE_ASSOCCHANGED: the Explorer shows the new icon at once.
  System::Call 'shell32::SHChangeNotify(i 0x8000000, i 0, p 0, p 0)'
SectionEnd

Section /o "$(Desktop)" SectionDesktop
  CreateShortcut "$DESKTOP\nanoCocoa Studio.lnk" "$INSTDIR\nanococoa-studio.exe" "" "$INSTDIR\nanococoa.ico"
SectionEnd

; PATH may be longer than the strings of NSIS, so PowerShell changes it. The folder travels in the environment, whatever characters it has.
!define READ_PATH "$$k='HKCU:\Environment'; $$f=$$env:NANOCOCOA_FOLDER; $$p=@((Get-Item $$k).GetValue('Path','','DoNotExpandEnvironmentNames') -split ';' | Where-Object { $$_ -and $$_ -ne $$f })"
!define WRITE_PATH "Set-ItemProperty $$k Path ($$p -join ';') -Type ExpandString"
!macro ChangePath CHANGE
  System::Call 'kernel32::SetEnvironmentVariable(t "NANOCOCOA_FOLDER", t "$INSTDIR")'
  nsExec::Exec "powershell -NoProfile -NonInteractive -Command $\"${READ_PATH}; ${CHANGE} ${WRITE_PATH}$\""
  Pop $0
  ; Terminals that are opened from now on know the new PATH.
  SendMessage ${HWND_BROADCAST} ${WM_SETTINGCHANGE} 0 "STR:Environment" /TIMEOUT=2000
!macroend

Section /o "$(Terminal)" SectionTerminal
  WriteRegDWORD HKCU "Software\nanoCocoa Studio" "Path" 1
  !insertmacro ChangePath "$$p += $$f;"
SectionEnd

Function .onInit
  ; A 64-bit installer does not even start elsewhere.
  ${IfNot} ${AtLeastWin10}
    MessageBox MB_OK|MB_ICONSTOP "$(TooOld)" /SD IDOK
    SetErrorLevel 1
    Abort
  ${EndIf}
  ${GetParameters} $0
  ${GetOptions} $0 "/PATH=" $1
  ${If} $1 = 1
    !insertmacro SelectSection ${SectionTerminal}
  ${EndIf}
FunctionEnd

Section "Uninstall"
  Call un.RefuseIfRunning
  ReadRegDWORD $1 HKCU "Software\nanoCocoa Studio" "Path"
  ${If} $1 = 1
    !insertmacro ChangePath ""
  ${EndIf}
  ; Only what was installed: the folder may hold files of the user. Jobs, fonts and settings are in other folders and stay.
  Delete "$INSTDIR\nanococoa.exe"
  Delete "$INSTDIR\nanococoa-studio.exe"
  Delete "$INSTDIR\nanococoa.ico"
  Delete "$INSTDIR\README.txt"
  Delete "$INSTDIR\README.ko.txt"
  Delete "$INSTDIR\CHANGELOG.txt"
  Delete "$INSTDIR\NOTICE.txt"
  Delete "$INSTDIR\LICENSE-MIT.txt"
  Delete "$INSTDIR\LICENSE-APACHE.txt"
  Delete "$INSTDIR\samples\coffee.png"
  RMDir "$INSTDIR\samples"
  Delete "$INSTDIR\licenses\Apache-2.0.txt"
  Delete "$INSTDIR\licenses\blender-studiolights-world-CC0.txt"
  Delete "$INSTDIR\licenses\fonts-nanum-OFL.txt"
  Delete "$INSTDIR\licenses\fonts-noto-OFL.txt"
  Delete "$INSTDIR\licenses\fonts-woowa-bm-OFL.txt"
  Delete "$INSTDIR\licenses\lucide-ISC.txt"
  Delete "$INSTDIR\licenses\pmndrs-assets-CC0.txt"
  Delete "$INSTDIR\licenses\pretendard-OFL.txt"
  Delete "$INSTDIR\licenses\rembg-MIT.txt"
  RMDir "$INSTDIR\licenses"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\nanoCocoa Studio.lnk"
  Delete "$DESKTOP\nanoCocoa Studio.lnk"
  ReadRegStr $0 HKCU "Software\Classes\.ncocoa" ""
  ${If} $0 == "${PROJECT}"
    DeleteRegValue HKCU "Software\Classes\.ncocoa" ""
  ${EndIf}
  DeleteRegValue HKCU "Software\Classes\.ncocoa\OpenWithProgids" "${PROJECT}"
  DeleteRegKey /ifempty HKCU "Software\Classes\.ncocoa\OpenWithProgids"
  DeleteRegKey /ifempty HKCU "Software\Classes\.ncocoa"
  DeleteRegKey HKCU "Software\Classes\${PROJECT}"
  DeleteRegKey HKCU "${UNINSTALL}"
  DeleteRegKey HKCU "Software\nanoCocoa Studio"
  System::Call 'shell32::SHChangeNotify(i 0x8000000, i 0, p 0, p 0)'
SectionEnd

# Words of the studio: file dialogs, typed paths and export. Message IDs are notice codes.

dialog-font-folder = 글꼴 폴더 추가
dialog-models-folder = 모델 폴더 선택
dialog-photo = 제품 사진 열기
dialog-layer-picture = 레이어에 넣을 그림 열기
dialog-backdrop = 배경 사진 열기
dialog-open-project = 프로젝트 열기
dialog-save-project = 프로젝트 저장
dialog-export = 내보낼 위치

path-exists = 같은 이름의 파일이 이미 있어요. 바꿀까요?
path-replace = 파일 바꾸기
path-hint-folder = 예: ~/글꼴
path-about = 이 컴퓨터에는 파일 대화상자가 없거나 경로 입력을 골랐어요. 경로를 붙여넣으세요.
path-field = 파일 경로
path-hint-read = 예: ~/사진/espresso.png
path-hint-write = 예: ~/광고/신메뉴.png
path-hint-project = 예: ~/광고/신메뉴.ncocoa
path-no-file = 이 경로에 파일이 없어요. 경로를 확인하세요.
path-no-folder = 이 경로에 폴더가 없어요. 경로를 확인하세요.
path-read = 열기
path-write = 저장

export-not-shown = 캔버스에는 다른 그림이 보이지만, 이 결과를 내보내요.
export-picture = 그림
export-cutout = 잘라낸 제품
export-ora-about = GIMP, Krita 같은 프로그램에서 여는 레이어 파일이에요. 배경, 제품, 광고 문구, 레이어가 따로 들어 있어요.
export-pdf-about = 300dpi 인쇄용 한 쪽이에요. 정확한 용지 크기는 위에서 규격을 고르세요.
export-on-white = JPEG은 투명도를 저장하지 못해서 잘라낸 제품을 흰 바탕에 놓아요.
export-photo-about = 잘라낸 제품은 사진 그대로라서 AI 표시가 필요 없어요.
export-title = 내보내기
export-format = 형식
export-size = 긴 변 (픽셀)
export-as-made = 원본
export-quality = 품질
export-mark = AI 표시
export-xmp = 메타데이터에 AI 생성 표시 (XMP DigitalSourceType)
export-badge = 그림에 'AI 생성' 배지 넣기
export-badge-text = AI 생성
export-settings = 설정도 함께 저장 (창에 놓으면 다시 불러옴)
export-mark-about = 많은 나라와 플랫폼이 AI로 만든 광고의 표시를 요구해요.
export-save = 내보내기
export-formats = 광고 규격
export-free = 크기와 파일 형식 직접 고르기

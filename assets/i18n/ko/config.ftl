# Messages of the area `config`. Message IDs are notice codes.

config-file = 설정 파일 { JOSA($path, "을/를") } 쓸 수 없어요: { $reason }
config-body-limit = max_body_mib = { $value }: 1–{ $most }만 쓸 수 있어요
config-bind = bind: "{ $text }" 값은 주소가 아니에요. 127.0.0.1:8000처럼 쓰세요.
config-fonts = --fonts: { $path } 폴더가 없어요
config-models = --models: { $path } 폴더가 없어요
config-no-home = 홈 폴더를 찾지 못했어요. --data-dir로 폴더를 지정하세요.

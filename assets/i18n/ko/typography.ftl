# Messages of the area `typography`. Message IDs are notice codes.

## Texts that cannot be laid out

typography-empty = 문구가 비어 있어요. 보이는 글자를 하나 이상 쓰세요.
typography-too-long = 문구가 { $count }자예요. { $most }자까지 쓸 수 있어요.
typography-missing-glyphs = { $font } 글꼴을 비롯해 설치된 어떤 글꼴에도 { JOSA($characters, "이/가") } 없어요. 빼거나 바꿔 주세요.
typography-character = "{ $character }" ({ $code })
typography-unknown-font = "{ $font }" 글꼴이 없어요
typography-too-complex = { $font } 글꼴은 글자가 너무 복잡해요. 다른 글꼴을 고르세요.
typography-stand-in = { $font }에 없는 글자 { JOSA($characters, "은/는") } { JOSA($other, "으로/로") } 그려요
typography-stand-in-whole-word = { $font }에 없는 글자 { JOSA($characters, "이/가") } 든 낱말은 모두 { JOSA($other, "으로/로") } 그려요

## Font files that cannot be used

typography-skip-link = 글꼴 폴더 밖을 가리키는 링크예요. 파일을 폴더 안에 복사하세요.
typography-skip-format = 읽을 수 없는 글꼴 형식이에요. .ttf나 .otf로 변환하세요.
typography-skip-woff2-collection = WOFF2 모음 글꼴은 읽을 수 없어요. .ttf나 .otf로 변환하세요.
typography-skip-damaged = 손상되었거나 글꼴이 아니에요. .ttf나 .otf로 다시 내보내세요.
typography-skip-name = 이름이 올바른 유니코드가 아니에요. 이름을 바꾸세요.
typography-skip-control = 이름에 제어 문자가 들어 있어요. 이름을 바꾸세요.
typography-skip-same-name = 이름이 같은 글꼴이 있어요. 하나의 이름을 바꾸세요.
typography-skip-size = { $mebibytes } MiB보다 커요. 글자 수가 적은 글꼴을 쓰세요.
typography-skip-total = 글꼴 폴더의 글꼴이 모두 { $mebibytes } MiB를 넘어요. 필요 없는 글꼴을 빼세요.
typography-skip-files = 글꼴 폴더에 파일이 { $count }개보다 많아요. 더 작은 폴더를 지정하세요.
typography-skip-unreadable = 읽을 수 없어요({ $error }). 권한을 확인하세요.
typography-skip-no-outlines = 읽을 수 있는 윤곽선도 색 그림도 없는 글꼴이에요. 다른 글꼴을 쓰세요.
typography-skip-faces = 처음 { $listed }개만 목록에 있고 { $left }개는 빠졌어요.

# `templates`: 템플릿과 브랜드 키트.

templates-unreadable = 템플릿 { JOSA($path, "을/를") } 읽을 수 없어요: { $detail }. 읽기 권한을 확인하세요.
templates-too-large = 템플릿 { JOSA($path, "이/가") } { $most } KiB보다 커요. 크기를 줄이세요.
templates-syntax = { JOSA($path, "을/를") } 쓸 수 없어요: { $detail }. 파일을 고치세요.
templates-value = { JOSA($path, "을/를") } 쓸 수 없어요: { $reason }. 파일을 고치세요.
templates-id = id는 영문 소문자, 숫자, 하이픈 1~60자여야 해요
templates-role-missing = palette.{ $role } 색이 없어요. 추가하세요
templates-color = { $field }: { JOSA($value, "은/는") } 팔레트의 역할 이름도 #E53935 같은 색도 아니에요
templates-too-many = { $field }: 최대 { $most }개까지 읽어요. 몇 개를 빼세요
templates-no-headline = 이름이 "headline"인 슬롯이 없어요. 추가하세요
templates-no-such-slot = { $field }: { $slot } 슬롯이 없어요. slots에 추가하거나 다른 이름을 쓰세요
templates-backdrop-and-scene = { $field }: 장면이 있는 템플릿은 배경에 그릴 수 없어요. "behind"나 "above"를 쓰세요
templates-number = { $field }: { $value } 값이 범위를 벗어났어요. { $min }~{ $max } 사이로 정하세요

templates-unknown = { $template } 템플릿이 없어요. 다음 중에서 고르세요: { $known }
templates-unknown-slot = { $template } 템플릿에는 { $slot } 슬롯이 없어요. 다음 중에서 고르세요: { $known }
templates-logo-is-text = { $slot } 슬롯에는 그림이 들어가요. PNG, JPEG, WebP, SVG 파일을 지정하세요
templates-slot-too-long = { $slot } 슬롯이 { $count }자예요. { $most }자 이하로 줄이세요

brand-unreadable = 브랜드 키트 { JOSA($path, "을/를") } 읽을 수 없어요: { $detail }. brand.toml이 있는 폴더를 지정하세요.
brand-syntax = 브랜드 키트 { JOSA($path, "을/를") } 쓸 수 없어요: { $line }번째 줄: { $detail }. 파일을 고치세요.
brand-too-large = { $most } KiB보다 커요. 크기를 줄이세요
brand-logo = logo: { JOSA($name, "을/를") } 쓸 수 없어요: { $reason }
brand-not-regular = 일반 파일이 아니에요. 파일로 바꾸세요
brand-logo-outside = logo는 같은 폴더에 있는 파일 이름이어야 해요

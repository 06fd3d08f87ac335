# Messages of the area `formats`: the catalogue of formats, and the export in one of them. Message IDs are notice codes.

# A user's catalogue. A mistake stands behind its line and field: a clause without a full stop.
formats-unreadable = 광고 규격 파일 { JOSA($path, "을/를") } 읽을 수 없어요: { $detail }. 읽기 권한을 확인하거나 파일을 지우세요.
formats-too-large = 광고 규격 파일 { JOSA($path, "이/가") } { $most }MiB보다 커요. 줄이거나 지우세요.
formats-mistakes = 광고 규격 파일 { $path }에 잘못이 있어요: { $mistakes }. 파일을 고치거나 지우세요.
formats-two = { $one }; { $other }
formats-syntax = { $line }번째 줄: TOML 형식이 아니에요 ({ $detail })
formats-mistake = { $line }번째 줄, { $name }: { $reason }
formats-unknown-field = 없는 항목이에요. 쓸 수 있는 항목: { $known }
formats-missing = 빠졌어요. 추가하세요
formats-not-a-text = 따옴표 안에 1~{ $most }자로 쓰세요
formats-not-a-table = { "{" } en = "…", ko = "…" { "}" }처럼 표로 쓰세요
formats-not-whole = 따옴표 없이 { $min }~{ $max } 사이의 정수로 쓰세요
formats-not-a-share = 0.85처럼 0과 1 사이의 수로 쓰세요
formats-not-a-choice = 따옴표 안에 다음 중 하나를 쓰세요: { $words }
formats-not-a-list = 대괄호 안에 다음 중에서 나열하세요: { $words }
formats-id-characters = 영문 소문자, 숫자, 하이픈만 쓸 수 있어요
formats-twice = { JOSA($format, "이/가") } 두 번 나와요. 하나의 id를 바꾸세요
formats-too-many = 규격은 { $most }개까지 읽어요. 줄이세요
formats-too-long = 변이 { $min }~{ $max }픽셀인 캔버스로는 { $width }×{ $height } 모양을 만들 수 없어요. 덜 길쭉한 크기를 고르세요
formats-no-room = 문구가 들어갈 자리가 없어요. 여백을 줄이세요
formats-webp-density = WebP 파일에는 해상도를 적을 수 없어요. dpi를 지우거나 jpeg나 png를 고르세요
formats-not-an-address = https://로 시작하는 주소를 쓰세요
formats-not-a-date = 2026-01-31처럼 날짜를 쓰세요

formats-unknown = { $format } 규격이 없어요. 다음 중에서 고르세요: { $known }

# The finished file.
formats-of-limit = { $size }KB(최대 { $most }KB)
formats-without-limit = { $size }KB
formats-made-lossless = { $file } 무손실, { $limit }
formats-made-quality = { $file } 품질 { $quality }, { $limit }
formats-made-colours = { $file } { $colours }색, { $limit }

# No file was written.
formats-undecodable = 그림을 다시 읽을 수 없어요: { $detail }
formats-not-encoded = 파일로 변환할 수 없어요: { $detail }
formats-no-picture = 이 규격에 쓸 그림이 작업에 없어요. 작업이 끝날 때까지 기다리거나 다시 만드세요.
formats-no-product = 잘라낸 제품이 비어 있어요. 제품이 보이는 사진을 쓰거나 마스크를 고치세요.
formats-jpeg-too-large = 품질을 { $quality }까지 낮춰도 { $size }KB예요. 이 규격은 { $most }KB까지예요. 무늬가 덜 복잡한 장면을 고르세요.
formats-png-too-large = { $colours }색으로 줄여도 { $size }KB예요. 이 규격은 { $most }KB까지예요. 무늬가 덜 복잡한 장면을 고르세요.
formats-pdf-too-large = 파일이 { $size }KB인데 { $most }KB까지만 돼요. JPEG 규격을 고르거나 더 단순한 장면을 쓰세요.
formats-webp-too-large = 파일이 { $size }KB예요. 이 규격은 { $most }KB까지예요. JPEG 규격을 고르거나 무늬가 덜 복잡한 장면을 고르세요.

# What was done to fit the picture.
formats-rule-transparent = 배경이 없는 광고인데 이 { $file } 파일은 투명할 수 없어서 그 자리가 하얘요. { $front_end ->
    [cli] --format 없이 .png나 .webp 파일로 쓰거나 배경을 고르세요.
    [rest] 결과를 PNG로 받거나 배경을 고르세요.
   *[studio] 규격 없이 PNG나 WebP로 내보내거나 배경을 고르세요.
}
formats-cropped = 규격에 맞추려고 그림의 { $percent }%를 잘랐어요. { $front_end ->
    [cli] --format으로 만들면 이 크기에 맞게 배치해요.
    [rest] 규격의 canvas 너비와 높이로 만들면 이 크기에 맞게 배치해요.
   *[studio] 규격의 크기를 골라 다시 만들면 이 크기에 맞게 배치해요.
}
formats-framed = 그림의 모양이 { $width }×{ $height } 규격과 달라서, 흐린 배경 가운데에 놓았어요. { $front_end ->
    [cli] --format으로 만들면 이 크기에 맞게 배치해요.
    [rest] 규격의 canvas 너비와 높이로 만들면 이 크기에 맞게 배치해요.
   *[studio] 규격의 크기를 골라 다시 만들면 이 크기에 맞게 배치해요.
}
formats-enlarged = { $from_width }×{ $from_height } 그림을 { $width }×{ $height }로 키워서 선명하지 않아요. { $front_end ->
    [cli] --format으로 만들거나 더 큰 사진을 쓰세요.
    [rest] 규격의 canvas 너비와 높이로 만들거나 더 큰 사진을 보내세요.
   *[studio] 규격의 크기를 골라 다시 만들거나 더 큰 사진을 쓰세요.
}
formats-product-enlarged = 사진 속 제품이 { $width }×{ $height }픽셀이라 키웠더니 선명하지 않아요. 더 큰 사진을 쓰세요.

# Rules of the format that the picture breaks.
formats-rule-text = 이 규격은 그림에 문구를 넣을 수 없어요. { $front_end ->
    [cli] --text 없이 만드세요.
    [rest] text_content 없이 만드세요.
   *[studio] 배경이나 제품을 내보내세요.
}
formats-rule-white = 이 규격은 배경이 순백색이어야 해요. { $front_end ->
    [cli] --product를 쓰면 잘라낸 제품을 흰 배경에 놓아요.
    [rest] product_image를 보내면 잘라낸 제품을 흰 배경에 놓아요.
   *[studio] 제품을 내보내면 흰 배경에 놓아요.
}
formats-rule-product = 제품이 그림의 { $percent }%를 차지해요. 이 규격은 { $least }% 이상이어야 해요. { $front_end ->
    [cli] --product-scale로 키우세요.
    [rest] product_scale로 키우세요.
   *[studio] 캔버스에서 키우세요.
}
formats-rule-safe-height = 앱이 가리는 위쪽 { $top }픽셀이나 아래쪽 { $bottom }픽셀에 문구가 걸려요. { $front_end ->
    [cli] --text-y { $from }~{ $to } 사이로 옮기세요.
    [rest] text_y를 { $from }~{ $to } 사이로 보내세요.
   *[studio] 높이 { $from }~{ $to } 사이로 옮기거나 작게 하세요.
}
formats-rule-safe-width = 앱이 자르는 왼쪽 { $left }픽셀이나 오른쪽 { $right }픽셀에 문구가 걸려요. { $front_end ->
    [cli] --text-x { $from }~{ $to } 사이로 옮기세요.
    [rest] text_x를 { $from }~{ $to } 사이로 보내세요.
   *[studio] 너비의 { $from }~{ $to } 사이로 옮기거나 작게 하세요.
}
formats-rule-safe-size = 문구가 앱이 비워 두는 { $width }×{ $height }픽셀보다 커요. { $front_end ->
    [cli] --text-scale로 줄이세요.
    [rest] text_scale로 줄이세요.
   *[studio] 작게 하세요.
}

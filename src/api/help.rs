//! The guide and the parameter reference, from the table that the parser reads.

use axum::Json;
use axum::extract::State;
use serde_json::{Map, Value, json};

use super::field_schema::help;
use super::{ApiState, compat};
use crate::assets::scenes;
use crate::request::StepNumber;
use crate::request::fields::{FIELDS, Field, Kind};

/// Every field of `POST /generate`.
#[utoipa::path(get, path = "/help/parameters", tag = "help", responses((status = 200, body = Object)))]
pub(super) async fn parameters() -> Json<Value> {
    Json(json!({
        "endpoint": "POST /generate",
        "note": "Every field is optional unless required_for_start_step names the start_step. null means the default. Unknown fields \
                 are ignored, and named in the warnings of the answer.",
        "note_ko": "required_for_start_step에 해당하지 않으면 모든 필드는 선택입니다. null은 기본값을 뜻합니다. 알 수 없는 필드는 무시되고 \
                    응답의 warnings에 표시됩니다.",
        "parameters": FIELDS.iter().map(|f| help(f)).collect::<Vec<_>>(),
    }))
}

/// How to use the server.
#[utoipa::path(get, path = "/help", tag = "help", responses((status = 200, body = Object)))]
pub(super) async fn guide(State(state): State<ApiState>) -> Json<Value> {
    Json(json!({
        "name": "nanoCocoa Studio",
        "version": env!("CARGO_PKG_VERSION"),
        "about": "Turns a product photo into a finished advertisement: a background is painted, the product is put into it, and a \
                  slogan is made of 3D letters.",
        "about_ko": "상품 사진으로 배경을 생성하고 3D 텍스트를 합성하여 완성된 광고 이미지를 만듭니다.",
        "quick_start": [
            "GET /health until status is healthy",
            "POST /generate with Content-Type: application/json; keep the job_id",
            "GET /status/{job_id}?images=false every 2 to 5 seconds until status is completed, failed or stopped",
            "GET /status/{job_id}: final_result is a base64 PNG; or GET /jobs/{job_id}/images/final.png",
            "DELETE /jobs/{job_id}",
        ],
        "quick_start_ko": [
            "GET /health 로 status가 healthy인지 확인합니다",
            "POST /generate (Content-Type: application/json) 로 작업을 시작하고 job_id를 보관합니다",
            "GET /status/{job_id}?images=false 를 2~5초마다 호출하여 completed, failed, stopped를 기다립니다",
            "GET /status/{job_id} 의 final_result가 Base64 PNG 결과입니다 (또는 GET /jobs/{job_id}/images/final.png)",
            "DELETE /jobs/{job_id} 로 정리합니다",
        ],
        "steps": [step(StepNumber::Background, "everything", "전체"), step(StepNumber::Text, "from the text on", "텍스트부터"), step(StepNumber::Composite, "the composite only", "합성만")],
        "endpoints": endpoints(),
        "errors": errors(state.body_limit),
        "tips": [
            "Name place, light and material in bg_prompt: \"luxury hotel lobby with warm lighting and marble floor\", not \"nice background\"",
            "Combine place, surface, season, weather, time, viewpoint, things and colours in bg_prompt; scenes lists a prompt for each place, and the \
             warnings of the answer name words that have no effect in the draft engine",
            "Name the material in text_model_prompt: \"gold metallic text with glossy surface\", not \"nice text\"",
            "Keep step1_result and step2_result and start from step 2 or 3 to change only the text or the composite",
            "Send the seed of a job again to get the same picture; steps whose inputs did not change are taken from earlier jobs (cached_steps)",
            "Send dry_run to see which steps would run and how long they would take",
        ],
        "tips_ko": [
            "bg_prompt에는 장소, 조명, 재질을 적습니다",
            "bg_prompt에서 장소, 바닥, 계절, 날씨, 시간, 시점, 소품, 색을 섞어 쓸 수 있습니다. scenes에 장소별 예가 있고, 쓰이지 않은 낱말은 warnings로 알려 줍니다",
            "text_model_prompt에는 재질을 적습니다",
            "step1_result, step2_result를 저장해 두면 텍스트나 합성만 다시 만들 수 있습니다",
            "같은 seed를 보내면 같은 결과를 얻습니다. 입력이 같은 단계는 이전 작업의 결과를 사용합니다 (cached_steps)",
            "dry_run을 보내면 실행하지 않고 단계별 계획과 예상 시간을 알려줍니다",
        ],
        "scenes": scenes().iter().map(|s| json!({"name": s.key, "en": s.en, "ko": s.ko, "bg_prompt": s.prompt_en, "bg_prompt_ko": s.prompt_ko})).collect::<Vec<_>>(),
        "original_clients": original_clients(),
        "left_out": {
            "/clip-score": compat::no_clip_score().to_string(),
            "bg_model": "one set of models serves every request; `engine` chooses between draft and diffusion",
        },
        "example": example(),
        "defaults": FIELDS.iter().map(|f| (f.name.to_owned(), f.default_value())).collect::<Map<_, _>>(),
    }))
}

/// The calls.
fn endpoints() -> Value {
    json!({
        "POST /generate": "start a job; with Content-Type: multipart/form-data pictures are files; with application/zip a project of the studio (.ncocoa) \
                           / 작업 시작; multipart/form-data로 그림을 파일로 보내거나 .ncocoa 프로젝트도 가능",
        "GET /status/{job_id}": "progress and results; ?images=false leaves the pictures out / 상태와 결과",
        "POST /stop": "stop every job / 모든 작업 중단",
        "POST /server-reset": "stop every job and remove all of them / 모든 작업 중단 및 삭제",
        "POST /stop/{job_id}": "stop it; finished steps are kept / 중단",
        "GET /jobs": "every job, newest first; ?limit=20&before={job_id} for a page of them / 작업 목록; limit와 before로 나누어 조회",
        "DELETE /jobs/{job_id}": "delete a job that is over; ?purge=true frees the disk at once / 삭제; purge=true는 바로 디스크에서 제거",
        "POST /jobs/{job_id}/restore": "take back a deleted job for ten minutes, unless the space is needed / 10분 안에 삭제 취소",
        "POST /jobs/{job_id}/annotation": "starred, title, note: what people keep about a job / 즐겨찾기, 제목, 메모",
        "GET /jobs/{job_id}/images/{name}.png": "product, backdrop, cutout, mask, edges, step1, step2, final / 이미지 파일",
        "GET /jobs/{job_id}/export?format={id}": "the picture in a format of GET /formats: size, file type and byte limit; report=true says how / 규격에 맞춘 파일",
        "GET /jobs/{job_id}/events": "server-sent events: progress, preview, result, end / 실시간 이벤트",
        "GET /fonts": "names for font_name / 폰트 목록",
        "GET /fonts/metadata": "style, weight, usage and tone of each face / 폰트 정보",
        "GET /fonts/{path}": "a font file / 폰트 파일",
        "GET /formats": "sizes, limits and rules of the places where advertisements are shown / 광고 규격 목록",
        "GET /templates": "templates with their slots, for nanococoa generate --template / 템플릿과 슬롯 목록",
        "GET /health": "healthy or busy, and the machine's load / 서버 상태",
        "GET /models": "sets of models: licence, size, installed, progress of a download / 모델 세트 목록",
        "POST /models/{set}/pull": "download a set, with {\"accept_licence\": true} / 모델 세트 받기",
        "POST /models/{set}/pause": "stop the download; what has arrived is kept / 다운로드 중지",
        "DELETE /models/{set}": "remove a set / 모델 세트 삭제",
        "GET /help/parameters": "every field of POST /generate / 파라미터 설명",
        "GET /openapi.json": "OpenAPI 3.1",
        "GET /docs": "interactive page / 대화형 문서",
    })
}

/// HTTP errors and failed jobs.
fn errors(body_limit: usize) -> Value {
    json!({
        "400": "detail lists every wrong field: loc, msg, type, code / 잘못된 파라미터 목록",
        "401": "a token is needed: Authorization: Bearer, or HTTP Basic with the token as password / 토큰 필요",
        "403": "this Host or Origin may not call / 허용되지 않은 호출",
        "404": "no such job, picture, font or path / 없음",
        "405": "wrong method; see the Allow header / 잘못된 메서드",
        "409": "another set of models is being downloaded, or a picture cannot meet a format's byte limit / 다른 모델 세트를 받는 중이거나 규격의 용량을 맞출 수 없음",
        "413": format!("the body is over {body_limit} bytes / 요청이 너무 큼"),
        "415": "send Content-Type: application/json, multipart/form-data, or application/zip for a project / JSON, multipart/form-data 또는 프로젝트(zip)만 허용",
        "408": "the body did not arrive in time / 요청 본문이 늦음",
        "503": "another job runs; try again after retry_after seconds (Retry-After header) / 사용 중, retry_after초 후 재시도",
        "507": "the data folder cannot be written to: the disk is full or read-only; detail says what to do / 디스크가 가득 찼거나 쓸 수 없음",
        "status failed": "message says what to do; finished steps are kept and can be sent as step1_image, step2_image / \
                          message를 확인하세요. 완료된 단계 결과는 재사용할 수 있습니다",
    })
}

/// Compatibility with clients of the original server.
fn original_clients() -> Value {
    json!({
        "stop_step": "1 to 3, not below start_step: the job ends after that step, whose result is final_result / 마지막으로 실행할 단계",
        "numbers and flags": "may arrive as text: \"4\", \"0.6\", \"true\" / 문자열로 보낸 숫자와 true, false도 받습니다",
        "seed -1": "draws a random seed; GET /status returns it / 무작위 시드",
        "test_mode": "a placeholder stands in for a picture that cannot be read, such as DUMMY_IMAGE_DATA / 읽을 수 없는 이미지는 자리표시 그림으로 대신합니다",
        "bg_model": "accepted and not used / 사용하지 않습니다",
        "a path that ends in /": "is redirected (307) to the same path without it / 끝의 /는 제거한 주소로 보냅니다",
    })
}

fn step(number: StepNumber, what: &str, what_ko: &str) -> Value {
    let names =
        |pick: fn(&Field) -> &[StepNumber]| -> Vec<&str> { FIELDS.iter().filter(|f| pick(f).contains(&number)).map(|f| f.name).collect() };
    json!({
        "start_step": number,
        "does": what,
        "does_ko": what_ko,
        "required": names(|f| f.required_for),
        "used": names(|f| f.used_by),
    })
}

/// A request from the table's examples.
pub(super) fn example() -> Value {
    let shown = |f: &&&Field| {
        ["start_step", "text_content", "bg_prompt", "text_model_prompt", "font_name"].contains(&f.name) || f.name == "product_image"
    };
    let value = |f: &Field| if f.kind == Kind::Image { json!("<base64>") } else { f.example_value() };
    Value::Object(FIELDS.iter().filter(shown).map(|f| (f.name.to_owned(), value(f))).collect())
}

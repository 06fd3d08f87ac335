//! Schemas of answer types that come from modules below the API, which know nothing about OpenAPI. The field documentation here is what the
//! document shows; a test compares the field names with what the types serialise to.
#![allow(dead_code, reason = "only the derived schemas are used")]

use utoipa::ToSchema;

/// One GPU.
#[derive(ToSchema)]
pub(super) struct GpuInfo {
    /// Position in the driver's list.
    index: u32,
    /// Product name.
    name: String,
    /// Percent busy; 0 if unknown.
    gpu_util: f64,
    /// GiB in use; 0 if unknown.
    vram_used_gb: f64,
    /// GiB in all; 0 if unknown.
    vram_total_gb: f64,
    /// Percent in use; 0 if unknown.
    vram_percent: f64,
}

/// The machine's load.
#[derive(ToSchema)]
pub(super) struct SystemMetrics {
    /// Percent of all cores; 0 if unknown.
    cpu_percent: f64,
    /// GiB in use; 0 if unknown.
    ram_used_gb: f64,
    /// GiB in all; 0 if unknown.
    ram_total_gb: f64,
    /// Percent in use; 0 if unknown.
    ram_percent: f64,
    /// Empty without an NVIDIA driver, or while it does not answer.
    gpu_info: Vec<GpuInfo>,
}

/// A change of a job's annotation; fields that are left out or null stay as they are.
#[derive(ToSchema)]
pub(super) struct Annotation {
    /// Marked as good.
    starred: Option<bool>,
    /// The user's name for the job; a blank one removes it. At most 200 characters are kept.
    title: Option<String>,
    /// The user's note; a blank one removes it. At most 2000 characters are kept.
    note: Option<String>,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use utoipa::PartialSchema;

    use crate::metrics;

    fn assert_same_fields<S: PartialSchema>(value: impl serde::Serialize) {
        let schema = serde_json::to_value(S::schema()).unwrap();
        let value = serde_json::to_value(value).unwrap();
        let keys = |v: &serde_json::Value| v.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
        assert_eq!(keys(&schema["properties"]), keys(&value));
    }

    #[test]
    fn metrics_have_the_fields_of_their_schemas() {
        let gpu = metrics::GpuInfo { index: 0, name: String::new(), gpu_util: None, memory: None };
        let load = metrics::SystemMetrics { gpu_info: Some(vec![gpu]), ..metrics::SystemMetrics::default() };
        let json = serde_json::to_value(&load).unwrap();
        assert_same_fields::<super::GpuInfo>(&json["gpu_info"][0]);
        assert_same_fields::<super::SystemMetrics>(&load);
    }

    #[test]
    fn jobs_have_the_fields_of_their_schemas() {
        assert_same_fields::<super::Annotation>(crate::job::Annotation::default());
    }
}

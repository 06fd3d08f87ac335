//! Pauses between retries. Pure: the caller passes the time and the random number.

use std::time::Duration;

/// Longest pause that a `Retry-After` may ask for; a longer one ends the download with a message.
pub const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// The pause after this many failures: exponential backoff from `first` up to a minute, shortened by up to half by `jitter` (0 to 1), so that
/// connections that broke together are not retried together.
pub fn pause(first: Duration, failures: u32, jitter: f64) -> Duration {
    let doubled = first.saturating_mul(1 << failures.saturating_sub(1).min(16));
    doubled.min(Duration::from_secs(60)).mul_f64(1.0 - 0.5 * jitter.clamp(0.0, 1.0))
}

/// The pause that a `Retry-After` header asks for: seconds, or a date (RFC 9110), from which `now` (seconds since 1970) is subtracted.
pub fn retry_after(header: &str, now: u64) -> Option<Duration> {
    let header = header.trim();
    if let Ok(seconds) = header.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    http_date(header).map(|date| Duration::from_secs(date.saturating_sub(now)))
}

/// Parses a date such as `Sun, 06 Nov 1994 08:49:37 GMT` to seconds since 1970. Servers no longer send the other formats of RFC 9110.
fn http_date(text: &str) -> Option<u64> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let words: Vec<&str> = text.split_once(", ")?.1.split(' ').collect();
    let [day, month, year, time, "GMT"] = words[..] else { return None };
    let (day, year): (u64, u64) = (day.parse().ok()?, year.parse().ok()?);
    let month = MONTHS.iter().position(|name| *name == month)? as u64 + 1;
    let clock: Vec<u64> = time.split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let [hours, minutes, seconds] = clock[..] else { return None };
    if !(1970..=9999).contains(&year) || !(1..=31).contains(&day) || hours > 23 || minutes > 59 || seconds > 60 {
        return None;
    }
    // Days since 1970. Years are counted from March, so that the leap day is the last day of the year.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1;
    (days.checked_sub(719_468)? * 24 + hours).checked_mul(3600)?.checked_add(minutes * 60 + seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_minute() {
        let first = Duration::from_millis(500);
        let seconds: Vec<f64> = (1..=10).map(|n| pause(first, n, 0.0).as_secs_f64()).collect();
        assert_eq!(seconds, [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0]);
        assert_eq!((pause(first, 0, 0.0), pause(first, 1, 1.0), pause(first, u32::MAX, 2.0).as_secs()), (first, first / 2, 30));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let of = |text: &str, now: u64| retry_after(text, now).map(|pause| pause.as_secs());
        assert_eq!((of("120", 0), of(" 0 ", 0), of("-1", 0), of("soon", 0), of("", 0)), (Some(120), Some(0), None, None, None));
        assert_eq!(of("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777 - 5), Some(5));
        assert_eq!(of("Thu, 29 Feb 2024 00:00:00 GMT", 1_709_164_800 - 60), Some(60));
        assert_eq!(of("Thu, 01 Jan 1970 00:00:10 GMT", 3), Some(7));
        assert_eq!(of("Sun, 06 Nov 1994 08:49:37 GMT", 2_000_000_000), Some(0));
        for bad in
            ["Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 6 Nov 0 0:0:0 GMT"]
        {
            assert_eq!(of(bad, 0), None, "{bad}");
        }
    }
}

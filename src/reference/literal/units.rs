//! Units of time and size.

use super::{Decimal, Literal};

/// What a number without a unit may count: nanoseconds to days.
pub(super) const TIME: [i128; 7] =
    [1, 1_000, 1_000_000, 1_000_000_000, 60_000_000_000, 3_600_000_000_000, 86_400_000_000_000];

/// The same for sizes.
pub(super) const SIZE: [i128; 6] = [1, 1_000, 1 << 10, 1 << 20, 1 << 30, 1_000_000];

/// What a unit makes of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Time(i128),
    Size(i128, Option<i128>),
    Thousand(i128),
    Percent,
}

const MILLI: i128 = 1_000_000;
const SECOND: i128 = 1_000_000_000;

/// The unit that `word` names. `close`: it stands right behind the number, so that single letters
/// count.
pub(super) fn of(word: &str, close: bool) -> Option<Unit> {
    let unit = match word {
        "ns" | "nanosecond" | "nanoseconds" | "nanos" | "ナノ秒" => Unit::Time(1),
        "us" | "µs" | "μs" | "microsecond" | "microseconds" | "micros" | "マイクロ秒" => Unit::Time(1_000),
        "ms" | "msec" | "msecs" | "millisecond" | "milliseconds" | "millis" | "ミリ秒" => Unit::Time(MILLI),
        "sec" | "secs" | "second" | "seconds" | "秒" | "秒間" => Unit::Time(SECOND),
        "min" | "mins" | "minute" | "minutes" | "分" | "分間" => Unit::Time(60 * SECOND),
        "hr" | "hrs" | "hour" | "hours" | "時間" => Unit::Time(3600 * SECOND),
        "day" | "days" | "日" | "日間" => Unit::Time(86_400 * SECOND),
        "week" | "weeks" | "週間" => Unit::Time(7 * 86_400 * SECOND),
        "year" | "years" | "年" | "年間" => Unit::Time(365 * 86_400 * SECOND),
        "s" | "S" if close => Unit::Time(SECOND),
        "m" if close => Unit::Time(60 * SECOND),
        "h" if close => Unit::Time(3600 * SECOND),
        "d" if close => Unit::Time(86_400 * SECOND),
        "w" if close => Unit::Time(7 * 86_400 * SECOND),
        "y" if close => Unit::Time(365 * 86_400 * SECOND),
        "s" => Unit::Time(SECOND),
        "byte" | "bytes" | "バイト" | "B" => Unit::Size(1, None),
        "KiB" | "Ki" | "kibibytes" | "kib" => Unit::Size(1 << 10, None),
        "MiB" | "Mi" | "mebibytes" | "mib" => Unit::Size(1 << 20, None),
        "GiB" | "Gi" | "gibibytes" | "gib" => Unit::Size(1 << 30, None),
        "TiB" | "Ti" | "tib" => Unit::Size(1 << 40, None),
        "KB" | "kB" | "kb" | "Kb" | "kilobytes" | "キロバイト" => Unit::Size(1 << 10, Some(1_000)),
        "MB" | "mb" | "Mb" | "megabytes" | "メガバイト" => Unit::Size(1 << 20, Some(1_000_000)),
        "GB" | "gb" | "Gb" | "gigabytes" | "ギガバイト" => Unit::Size(1 << 30, Some(1_000_000_000)),
        "TB" | "tb" | "terabytes" | "テラバイト" => Unit::Size(1 << 40, Some(1_000_000_000_000)),
        "k" if close => Unit::Thousand(1_000),
        "K" if close => Unit::Thousand(1_000),
        "M" if close => Unit::Thousand(1_000_000),
        "万" => Unit::Thousand(10_000),
        "%" | "percent" | "パーセント" => Unit::Percent,
        _ => return None,
    };
    Some(unit)
}

/// A number with its unit.
pub(super) fn apply(number: Decimal, unit: Unit) -> Literal {
    match unit {
        Unit::Time(f) => Literal::Duration(number.times(f)),
        Unit::Size(f, decimal) => Literal::Size { bytes: number.times(f), decimal: decimal.map(|d| number.times(d)) },
        Unit::Thousand(f) => Literal::Number(number.times(f)),
        Unit::Percent => Literal::Percent(number),
    }
}

/// What a constructor or a constant of a time library counts: `from_secs`, `ofMinutes`,
/// `time.Second`, `TimeUnit.SECONDS`, `timedelta(seconds=`.
pub(super) fn of_code(name: &str) -> Option<i128> {
    Some(match name {
        "from_nanos" | "ofNanos" | "Nanosecond" | "NANOSECONDS" | "nanoseconds" => 1,
        "from_micros" | "Microsecond" | "MICROSECONDS" | "microseconds" => 1_000,
        "from_millis" | "ofMillis" | "Millisecond" | "MILLISECONDS" | "milliseconds" | "fromMillis"
        | "FromMilliseconds" | "millis" => MILLI,
        "from_secs" | "from_secs_f64" | "from_secs_f32" | "ofSeconds" | "Second" | "SECONDS" | "seconds"
        | "fromSeconds" | "FromSeconds" => SECOND,
        "from_mins" | "ofMinutes" | "Minute" | "MINUTES" | "minutes" | "FromMinutes" => 60 * SECOND,
        "from_hours" | "ofHours" | "Hour" | "HOURS" | "hours" | "FromHours" => 3600 * SECOND,
        "from_days" | "ofDays" | "DAYS" | "days" | "FromDays" => 86_400 * SECOND,
        _ => return None,
    })
}

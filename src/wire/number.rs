//! Numbers as text: decimals of any length, hexadecimal floats, values that JSON numbers cannot express, and bytes
//! as hex digits. Nothing here knows JSON.
//!
//! Every number is read as the nearest double, ties to even; one beyond the range is an infinity.

/// The double that a string denotes: `0x1.8p-3`, `NaN`, `Infinity`, `-Infinity`, or a decimal.
pub fn double(text: &str) -> Option<f64> {
    let (sign, size) = signed(text);
    let size = match size {
        "NaN" => f64::NAN,
        "Infinity" => f64::INFINITY,
        _ => match size.strip_prefix("0x").or_else(|| size.strip_prefix("0X")) {
            Some(digits) => hexadecimal(digits)?,
            None if size.starts_with(|c: char| c.is_ascii_digit() || c == '.') => decimal(size)?,
            None => return None,
        },
    };
    Some(if sign { -size } else { size })
}

/// The double nearest to a decimal.
///
/// The standard library reads an exponent of five digits right, but not every longer one.
pub fn decimal(text: &str) -> Option<f64> {
    const TRUSTED: usize = 5;
    let double = text.parse().ok()?;
    if text.rfind(['e', 'E']).is_none_or(|at| text.len() - at - 1 <= TRUSTED) {
        return Some(double);
    }
    let Decimal { negative, digits, point } = Decimal::of(text)?;
    let sign = if negative { "-" } else { "" };
    // Doubles lie between 10^−324 and 10^309.
    let point = if digits.is_empty() { 0 } else { point.clamp(-400, 400) };
    format!("{sign}0.{digits}0e{point}").parse().ok()
}

/// The whole number that a decimal denotes exactly, such as `7`, `7.0` or `70e-1`.
pub fn whole(text: &str) -> Option<u64> {
    const LONGEST: i64 = 20;
    let Decimal { negative, digits, point } = Decimal::of(text)?;
    if digits.is_empty() {
        return Some(0);
    }
    let zeros = usize::try_from(point - digits.len() as i64).ok()?;
    if negative || point > LONGEST { None } else { format!("{digits}{}", "0".repeat(zeros)).parse().ok() }
}

/// ±0.d₁d₂… · 10^point, where neither the first digit nor the last is 0; zero has no digits.
struct Decimal {
    negative: bool,
    digits: String,
    point: i64,
}

impl Decimal {
    fn of(text: &str) -> Option<Self> {
        let (negative, size) = signed(text);
        let (size, exponent) = size.split_once(['e', 'E']).unwrap_or((size, "0"));
        let (digits, point) = significant(size, |digit| digit.is_ascii_digit())?;
        let point = power(exponent)?.saturating_add(point);
        Some(Decimal { negative, digits: digits.trim_end_matches('0').into(), point })
    }
}

/// The part after `0x`: digits with or without a point, and a power of two after `p`.
fn hexadecimal(text: &str) -> Option<f64> {
    // 120 bits: all further digits count as one bit after them, for they only break ties.
    const KEPT: usize = 30;
    let (size, exponent) = text.split_once(['p', 'P']).unwrap_or((text, "0"));
    let (digits, point) = significant(size, |digit| digit.is_ascii_hexdigit())?;
    let (kept, cut) = digits.split_at(digits.len().min(KEPT));
    let bits = if kept.is_empty() { 0 } else { u128::from_str_radix(kept, 16).ok()? };
    let sticky = cut.bytes().any(|digit| digit != b'0');
    let exponent = power(exponent)?.saturating_add(4 * (point - kept.len() as i64));
    Some(nearest(bits | u128::from(sticky), exponent))
}

/// The double nearest to bits · 2^exponent, ties to even, where bits has at most 120 bits.
fn nearest(bits: u128, exponent: i64) -> f64 {
    let length = i64::from(u128::BITS - bits.leading_zeros());
    // The exponent of the last bit of the result, and how many bits lie below that one.
    let ulp = exponent.saturating_add(length - 53).max(-1074);
    let below = ulp.saturating_sub(exponent);
    if bits == 0 || below > 127 {
        return 0.0;
    }
    if below <= 0 {
        return scaled((bits << -below) as f64, ulp);
    }
    let (whole, rest, half) = (bits >> below, bits & ((1 << below) - 1), 1 << (below - 1));
    let up = rest > half || (rest == half && whole & 1 == 1);
    scaled((whole + u128::from(up)) as f64, ulp)
}

/// x · 2^e, which is a double unless it is beyond the range.
fn scaled(x: f64, e: i64) -> f64 {
    libm::ldexp(x, e.min(1100) as i32)
}

/// A text without its sign, and whether that is a minus.
fn signed(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(size) => (true, size),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// The digits from the first that is not 0, and the place of the point before or after that one. `None` if there
/// is no digit, or something else.
fn significant(size: &str, is_digit: fn(&u8) -> bool) -> Option<(String, i64)> {
    let (whole, fraction) = size.split_once('.').unwrap_or((size, ""));
    let all = format!("{whole}{fraction}");
    if all.is_empty() || !all.as_bytes().iter().all(is_digit) {
        return None;
    }
    let digits = all.trim_start_matches('0');
    let zeros = all.len() - digits.len();
    Some((digits.into(), whole.len() as i64 - zeros as i64))
}

/// The number after `e` or `p`. Beyond 10^15, no text within the limit has digits enough to make up for it.
fn power(text: &str) -> Option<i64> {
    const LARGEST: i64 = 1_000_000_000_000_000;
    let (negative, size) = signed(text);
    if size.is_empty() || !size.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    // What does not fit 64 bits is larger still.
    let size = size.parse().unwrap_or(LARGEST).min(LARGEST);
    Some(if negative { -size } else { size })
}

/// Bytes as hex digits, in order.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

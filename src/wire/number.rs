//! Numbers as text: hexadecimal floats, decimals, what JSON has no number for, and bytes as hex digits.

/// The double that a text stands for: `0x1.8p-3`, `NaN`, `Infinity`, `-Infinity`, or a decimal.
///
/// A hexadecimal significand may have as many digits as a double holds exactly; nothing is rounded there
/// but what lies below the normal numbers.
pub fn double(text: &str) -> Option<f64> {
    let (sign, size) = match text.strip_prefix('-') {
        Some(size) => (-1.0, size),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let size = match size {
        "NaN" => f64::NAN,
        "Infinity" => f64::INFINITY,
        _ => match size.strip_prefix("0x").or_else(|| size.strip_prefix("0X")) {
            Some(digits) => hexadecimal(digits)?,
            None if size.starts_with(|c: char| c.is_ascii_digit() || c == '.') => size.parse().ok()?,
            None => return None,
        },
    };
    Some(sign * size)
}

/// What stands after `0x`: digits with or without a point, and a power of two after `p`.
fn hexadecimal(text: &str) -> Option<f64> {
    let (digits, exponent) = text.split_once(['p', 'P']).unwrap_or((text, "0"));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let digits = format!("{whole}{fraction}");
    let sound = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let significant = digits.trim_start_matches('0').trim_end_matches('0');
    if !sound || digits.len() > 1000 {
        return None;
    }
    let significand = if significant.is_empty() { 0 } else { u64::from_str_radix(significant, 16).ok()? };
    if significand as f64 as u64 != significand {
        return None;
    }
    let zeros = digits.len() - digits.trim_end_matches('0').len();
    let exponent: i32 = exponent.parse().ok()?;
    let digits_exponent = 4 * (zeros as i32 - fraction.len() as i32);
    Some(scaled(significand as f64, exponent.saturating_add(digits_exponent)))
}

/// x · 2^e for 53 bits x, rounded once: the first of the two steps stays within the normal numbers.
fn scaled(x: f64, e: i32) -> f64 {
    let e = e.clamp(-1200, 1100);
    x * 2f64.powi(e / 2) * 2f64.powi(e - e / 2)
}

/// Bytes as hex digits, in their order.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

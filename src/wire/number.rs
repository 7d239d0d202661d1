//! Numbers as strings: hexadecimal floats, decimals, values that JSON numbers cannot express, and bytes as
//! hex digits. Nothing here knows JSON.

/// The double that a string denotes: `0x1.8p-3`, `NaN`, `Infinity`, `-Infinity`, or a decimal.
///
/// A hexadecimal significand must fit a double exactly, so it is rounded only if the result is subnormal.
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

/// The part after `0x`: digits with or without a point, and a power of two after `p`.
fn hexadecimal(text: &str) -> Option<f64> {
    let (digits, exponent) = text.split_once(['p', 'P']).unwrap_or((text, "0"));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let digits = format!("{whole}{fraction}");
    let well_formed = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let significant = digits.trim_start_matches('0').trim_end_matches('0');
    if !well_formed || digits.len() > 1000 {
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

/// x · 2^e for an x of 53 bits, rounded once: the first of the two multiplications stays in the normal range.
fn scaled(x: f64, e: i32) -> f64 {
    let e = e.clamp(-1200, 1100);
    x * 2f64.powi(e / 2) * 2f64.powi(e - e / 2)
}

/// Bytes as hex digits, in order.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

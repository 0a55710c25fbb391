//! Countries in words. Short names, as people say them.

/// Codes (ISO 3166-1) in ascending order, each with its name.
const COUNTRIES: &str = include_str!("countries.txt");

/// The name behind two letters.
pub(crate) fn name(code: &str) -> Option<&'static str> {
    COUNTRIES.lines().find_map(|line| line.strip_prefix(code)?.strip_prefix(' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_have_names() {
        assert!(COUNTRIES.lines().is_sorted());
        assert_eq!(COUNTRIES.lines().count(), 250);
        assert!(COUNTRIES.lines().all(|line| line.len() > 5 && line.as_bytes()[2] == b' '));
        assert_eq!((name("PT"), name("XK"), name("ZZ")), (Some("Portugal"), Some("Kosovo"), None));
    }
}

//! The user agent in words that a person recognises their own device by.

use woothee::parser::Parser;

/// Such as `Firefox on Windows 10`; `unknown device` when nothing is recognised.
pub fn in_words(user_agent: &str) -> String {
    let Some(parsed) = Parser::new().parse(user_agent) else { return UNKNOWN.to_owned() };
    let known = |text: &str| !text.is_empty() && text != "UNKNOWN";
    match (known(parsed.name), known(parsed.os)) {
        (true, true) => format!("{} on {}", parsed.name, parsed.os),
        (true, false) => parsed.name.to_owned(),
        (false, true) => parsed.os.to_owned(),
        (false, false) => UNKNOWN.to_owned(),
    }
}

const UNKNOWN: &str = "unknown device";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_named_and_nonsense_is_not() {
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        assert_eq!(in_words(firefox), "Firefox on Linux");
        for nonsense in ["", "-", "<script>", "\u{0}"] {
            assert_eq!(in_words(nonsense), UNKNOWN, "{nonsense:?}");
        }
    }
}

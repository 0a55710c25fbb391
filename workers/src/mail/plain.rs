//! Values that come from strangers, made harmless for plain text.

/// How much of a value is shown: enough for every honest device name and place.
const SHOWN: usize = 120;

/// One line of at most 120 characters in which nothing is a link.
///
/// User agents and device names are whatever an attacker sends. Line breaks would forge lines of the mail,
/// direction marks reorder the text around them, and anything that looks like an address becomes a link in
/// many mail programs, in a mail that its reader has reason to trust.
pub(super) fn neutral(value: &str) -> String {
    let mut line = one_line(value, SHOWN);
    if line.parse::<std::net::IpAddr>().is_ok() {
        return line;
    }
    line = line.replace("://", " ").replace(['/', '\\'], " ").replace('@', " at ");
    let mut shown = String::with_capacity(line.len());
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        shown.push(character);
        let more = characters.peek().is_some_and(|next| next.is_alphanumeric() && !next.is_ascii_digit());
        if is_dot(character) && more {
            shown.push(' ');
        }
    }
    one_line(&shown, SHOWN)
}

/// One line of at most `shown` characters: everything that is no visible character becomes a space, and
/// several spaces one.
pub(super) fn one_line(value: &str, shown: usize) -> String {
    let visible: String = value.chars().map(|c| if is_invisible(c) { ' ' } else { c }).collect();
    let line = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= shown {
        return line;
    }
    let kept: String = line.chars().take(shown.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// Breaks a paragraph into lines of at most 76 characters (RFC 5322, 2.1.1 asks for 78 at most); a longer
/// word stands alone.
pub(super) fn wrapped(paragraph: &str) -> String {
    let mut text = String::with_capacity(paragraph.len() + 8);
    let mut column = 0;
    for word in paragraph.split(' ') {
        let width = word.chars().count();
        if column > 0 {
            let fits = column + 1 + width <= 76;
            text.push(if fits { ' ' } else { '\n' });
            column = if fits { column + 1 } else { 0 };
        }
        text.push_str(word);
        column += width;
    }
    text
}

/// Dots as IDNA reads them (UTS 46).
const fn is_dot(c: char) -> bool {
    matches!(c, '.' | '\u{3002}' | '\u{ff0e}' | '\u{ff61}')
}

/// Control characters, line and paragraph separators, direction marks, and characters without a width.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn honest_values_stay_as_they_are() {
        for value in [
            "Firefox on Windows",
            "Chrome 128.0.1 on Android",
            "São Paulo, Brazil",
            "192.0.2.7",
            "2001:db8::7",
        ] {
            assert_eq!(neutral(value), value);
        }
    }

    #[test]
    fn nothing_breaks_the_line_or_reorders_it() {
        assert_eq!(neutral("a\r\nBcc: b\u{2028}c\u{202e}d\0e\tf\u{85}g"), "a Bcc: b c d e f g");
        assert_eq!(neutral(" \r\n "), "");
    }

    #[test]
    fn nothing_looks_like_a_link() {
        assert_eq!(neutral("see https://evil.example/x"), "see https evil. example x");
        assert_eq!(neutral("www.evil.example"), "www. evil. example");
        assert_eq!(neutral("help@evil.example"), "help at evil. example");
        assert_eq!(neutral("ev\u{200b}il。example"), "ev il。 example");
    }

    #[test]
    fn long_values_are_cut() {
        let shown = neutral(&"é".repeat(5_000));
        assert_eq!(shown.chars().count(), SHOWN);
        assert!(shown.ends_with('…'));
    }

    #[test]
    fn paragraphs_are_broken_between_words() {
        let text = wrapped(&"word ".repeat(60));
        assert!(text.lines().count() > 3 && text.lines().all(|line| line.len() <= 76));
        assert_eq!(text.split_whitespace().count(), 60);
    }
}

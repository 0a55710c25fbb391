//! What a user agent says of itself, read by `woothee`: coarse, and a few microseconds a text.

use watchbook_domain::detection::Agent;
use woothee::parser::Parser;

/// Reads user agents.
#[derive(Default)]
pub(crate) struct Agents {
    parser: Parser,
}

/// A user agent, read.
pub(crate) struct Read {
    pub(crate) agent: Agent,
    /// In words that a person recognises their own device by.
    pub(crate) words: String,
}

/// When nothing is recognised.
const UNKNOWN: &str = "unknown device";

fn known(text: &str) -> Option<&str> {
    (!text.is_empty() && text != "UNKNOWN").then_some(text)
}

/// Name and version, as far as they are known.
fn versioned(name: &str, version: &str) -> String {
    match (known(name), known(version)) {
        (Some(name), Some(version)) => format!("{name} {version}"),
        (Some(name), None) => name.to_owned(),
        (None, _) => String::new(),
    }
}

impl Agents {
    pub(crate) fn read(&self, text: &str) -> Read {
        let mut agent = Agent { text: text.to_owned(), ..Agent::default() };
        let Some(parsed) = self.parser.parse(text) else { return Read { agent, words: UNKNOWN.to_owned() } };
        agent.browser = versioned(parsed.name, parsed.version);
        agent.os = versioned(parsed.os, &parsed.os_version);
        agent.device_type = match parsed.category {
            "smartphone" | "mobilephone" => "mobile",
            "pc" => "desktop",
            "crawler" => "bot",
            _ => "",
        }
        .to_owned();
        let words = match (known(parsed.name), known(parsed.os)) {
            (Some(name), Some(os)) => format!("{name} on {os}"),
            (Some(one), None) | (None, Some(one)) => one.to_owned(),
            (None, None) => UNKNOWN.to_owned(),
        };
        Read { agent, words }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_agents_are_read_as_people_and_detectors_need_them() {
        let agents = Agents::default();
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        let Read { agent, words } = agents.read(firefox);
        assert_eq!(words, "Firefox on Linux");
        assert_eq!((agent.family(), agent.major(), agent.os_family()), ("Firefox", Some(140), "Linux"));
        assert_eq!((agent.device_type.as_str(), agent.text.as_str()), ("desktop", firefox));
        let phone = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) \
                     Chrome/126.0.0.0 Mobile Safari/537.36";
        let agent = agents.read(phone).agent;
        assert_eq!((agent.family(), agent.os.as_str()), ("Chrome", "Android 14"));
        assert_eq!(agent.device_type, "mobile");
        for nonsense in ["", "-", "<script>", "\u{0}"] {
            let Read { agent, words } = agents.read(nonsense);
            assert!(!agent.is_known() && words == UNKNOWN, "{nonsense:?}");
        }
    }
}

//! What detectors are told of a client: its address, and its user agent read by `woothee`. No location data is read.

use std::cell::RefCell;
use std::collections::HashMap;
use watchbook_domain::detection::{Agent, Lookup, NoLookup, Source};
use woothee::parser::Parser;

/// User agents whose reading is kept; then all are forgotten and read anew.
const MOST: usize = 10_000;

/// Reads user agents, each text once.
#[derive(Default)]
pub struct Agents {
    parser: Parser,
    read: RefCell<HashMap<String, Agent>>,
}

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
    fn parse(&self, text: &str) -> Agent {
        let mut agent = Agent { text: text.to_owned(), ..Agent::default() };
        if let Some(parsed) = self.parser.parse(text) {
            agent.browser = versioned(parsed.name, parsed.version);
            agent.os = versioned(parsed.os, &parsed.os_version);
            agent.device_type = match parsed.category {
                "smartphone" | "mobilephone" => "mobile",
                "pc" => "desktop",
                "crawler" => "bot",
                _ => "",
            }
            .to_owned();
        }
        agent
    }
}

impl Lookup for Agents {
    fn source(&self, address: &str) -> Source {
        NoLookup.source(address)
    }

    fn agent(&self, user_agent: &str) -> Agent {
        let mut read = self.read.borrow_mut();
        if let Some(agent) = read.get(user_agent) {
            return agent.clone();
        }
        let agent = self.parse(user_agent);
        if read.len() >= MOST {
            read.clear();
        }
        read.insert(user_agent.to_owned(), agent.clone());
        agent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_agents_are_read_as_detectors_need_them() {
        let agents = Agents::default();
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        for _ in 0..2 {
            let agent = agents.agent(firefox);
            assert_eq!((agent.family(), agent.major(), agent.os_family()), ("Firefox", Some(140), "Linux"));
            assert_eq!((agent.device_type.as_str(), agent.text.as_str()), ("desktop", firefox));
        }
        let phone = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) \
                     Chrome/126.0.0.0 Mobile Safari/537.36";
        let agent = agents.agent(phone);
        assert_eq!((agent.family(), agent.os.as_str()), ("Chrome", "Android 14"));
        assert_eq!(agent.device_type, "mobile");
        assert!(!agents.agent("").is_known());
        assert!(!agents.agent("<script>").is_known());
    }
}

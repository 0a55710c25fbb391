//! The page of an archive. Whatever was recorded is text, never markup.

use super::Head;
use super::told::Told;
use serde_json::Value;
use std::fmt::Write as _;

/// After the last event.
pub const FOOT: &str = "</table>\n</body>\n</html>\n";

/// Nothing is loaded and nothing runs, wherever the file is opened.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";
const STYLE: &str = "body{font:16px/1.5 sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}\
table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #ccc;padding:.3rem .6rem;text-align:left;\
vertical-align:top}dl{margin:0 0 0 1rem}dt{font-weight:600}";

/// Up to the first event.
pub fn head(head: &Head<'_>) -> String {
    let mut text = String::new();
    let title = format!("What {} keeps about your account", escaped(head.site));
    let profile = serde_json::to_value(head.account).unwrap_or_default();
    let _ = write!(
        text,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n<title>{title}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n<p>As of {}. The same, for programs, is in data.json.</p>\n\
         <h2>The account</h2>\n{}\n<h2>What happened</h2>\n\
         <table>\n<tr><th>When</th><th>What</th><th>By whom</th><th>Details</th></tr>\n",
        escaped(&head.made_at.to_string()),
        list(&profile),
    );
    text
}

/// An event.
pub fn row(told: &Told) -> String {
    format!(
        "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
        escaped(&told.at.to_string()),
        escaped(&told.r#type.replace('.', ": ").replace('_', " ")),
        match told.by {
            "account" => "you, or somebody signed in as you",
            "staff" => "our staff",
            _ => "nobody who was signed in",
        },
        list(&told.data),
    )
}

fn list(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::String(text) => escaped(text),
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(items) => {
            let items = items.iter().map(|item| format!("<li>{}</li>", list(item)));
            format!("<ul>{}</ul>", items.collect::<String>())
        }
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| {
                format!("<dt>{}</dt><dd>{}</dd>", escaped(&name.replace('_', " ")), list(value))
            });
            format!("<dl>{}</dl>", fields.collect::<String>())
        }
        other => other.to_string(),
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_was_recorded_is_never_markup() {
        let at = watchbook_domain::Timestamp::from_micros(0);
        let data = json!({"na<me": ["<script>alert('x')</script>", {"b": "\"&"}], "n": 1, "none": null});
        let row = row(&Told { at, r#type: "device.renamed<".into(), by: "account", data });
        assert!(row.contains("&lt;script&gt;alert(&#39;x&#39;)") && row.contains("&quot;&amp;"), "{row}");
        assert!(row.contains("na&lt;me") && row.contains("device: renamed&lt;"), "{row}");
        assert!(!row.contains("<script"), "{row}");
    }
}

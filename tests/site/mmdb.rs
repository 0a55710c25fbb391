//! Writes a small MaxMind DB file (format 2.0): enough to try what reads them.

/// What a record holds.
pub(crate) enum Value {
    Text(&'static str),
    Number(u32),
    Single(f32),
    Double(f64),
    Map(Vec<(&'static str, Value)>),
}

fn sized(kind: u8, size: usize, out: &mut Vec<u8>) {
    assert!(size < 29 + 256);
    let low = if size < 29 { size as u8 } else { 29 };
    if kind < 8 {
        out.push(kind << 5 | low);
    } else {
        out.extend([low, kind - 7]);
    }
    if size >= 29 {
        out.push((size - 29) as u8);
    }
}

fn text(text: &str, out: &mut Vec<u8>) {
    sized(2, text.len(), out);
    out.extend(text.as_bytes());
}

fn short(number: u16, out: &mut Vec<u8>) {
    sized(5, 2, out);
    out.extend(number.to_be_bytes());
}

impl Value {
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Text(it) => text(it, out),
            Self::Number(number) => {
                sized(6, 4, out);
                out.extend(number.to_be_bytes());
            }
            Self::Single(number) => {
                sized(15, 4, out);
                out.extend(number.to_be_bytes());
            }
            Self::Double(number) => {
                sized(3, 8, out);
                out.extend(number.to_be_bytes());
            }
            Self::Map(fields) => {
                sized(7, fields.len(), out);
                for (name, value) in fields {
                    text(name, out);
                    value.write(out);
                }
            }
        }
    }
}

/// A database of IPv4 networks (first address, bits) and what there is to say of each.
pub(crate) fn database(networks: &[([u8; 4], u32, Value)]) -> Vec<u8> {
    const NONE: u32 = u32::MAX;
    // Records: a node's number, or NONE, or the offset of data marked by the high bit.
    const DATA: u32 = 1 << 31;
    let mut nodes = vec![[NONE; 2]];
    let mut data = Vec::new();
    for (address, bits, value) in networks {
        let offset = data.len() as u32;
        value.write(&mut data);
        let key = u128::from(u32::from_be_bytes(*address));
        let mut node = 0;
        for bit in 0..96 + bits {
            let side = (key >> (127 - bit) & 1) as usize;
            if bit + 1 == 96 + bits {
                nodes[node][side] = DATA | offset;
            } else if nodes[node][side] == NONE {
                nodes.push([NONE; 2]);
                nodes[node][side] = nodes.len() as u32 - 1;
                node = nodes.len() - 1;
            } else {
                node = nodes[node][side] as usize;
            }
        }
    }
    let count = nodes.len() as u32;
    let mut file = Vec::new();
    for record in nodes.iter().flatten() {
        let written = match *record {
            NONE => count,
            record if record & DATA != 0 => (record & !DATA) + count + 16,
            node => node,
        };
        file.extend(written.to_be_bytes());
    }
    file.extend([0; 16]);
    file.extend(data);
    file.extend(b"\xab\xcd\xefMaxMind.com");
    sized(7, 9, &mut file);
    text("node_count", &mut file);
    Value::Number(count).write(&mut file);
    for (name, number) in [
        ("record_size", 32),
        ("ip_version", 6),
        ("binary_format_major_version", 2),
        ("binary_format_minor_version", 0),
    ] {
        text(name, &mut file);
        short(number, &mut file);
    }
    text("database_type", &mut file);
    text("Test-City", &mut file);
    text("languages", &mut file);
    sized(11, 0, &mut file);
    text("build_epoch", &mut file);
    sized(9, 8, &mut file);
    file.extend(1_780_000_000_u64.to_be_bytes());
    text("description", &mut file);
    sized(7, 0, &mut file);
    file
}

/// As ip-location-db has cities, with its network beside.
pub(crate) fn city(city: &'static str, country: &'static str, place: (f32, f64), asn: u32) -> Value {
    Value::Map(vec![
        ("city", Value::Text(city)),
        ("country_code", Value::Text(country)),
        ("latitude", Value::Single(place.0)),
        ("longitude", Value::Double(place.1)),
        ("autonomous_system_number", Value::Number(asn)),
        ("autonomous_system_organization", Value::Text("Example Telecom")),
    ])
}

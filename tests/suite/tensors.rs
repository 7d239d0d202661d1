//! Files of tensors: what is written is read again, also by the crate safetensors, and what is wrong in a file is said
//! with its place, all at once, whatever the header claims.

use crate::shaped::drawn;
use dropout_oracle::conform::subject::results::ResultsFile;
use dropout_oracle::conform::{Answer, Subject};
use dropout_oracle::number::{Arithmetic, Format};
use dropout_oracle::oracle;
use dropout_oracle::trace::{Quantity, Results};
use dropout_oracle::verify::Shape;
use dropout_oracle::wire::json::Reader;
use dropout_oracle::wire::tensors::step::{self, GivenResults, arithmetic};
use dropout_oracle::wire::tensors::{from_bf16, from_f16, to_bf16, to_f16};
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView, serialize};
use std::collections::HashMap;

/// A tensor as a library has it: its name, type, shape and bytes.
type Part = (&'static str, Dtype, Vec<usize>, Vec<u8>);

fn bytes(numbers: &[f64]) -> Vec<u8> {
    numbers.iter().flat_map(|x| x.to_le_bytes()).collect()
}

/// The inputs of a 2 × 3 × 2 problem.
fn inputs() -> Vec<Part> {
    let part = |name, shape: &[usize], numbers: &[f64]| (name, Dtype::F64, shape.to_vec(), bytes(numbers));
    vec![
        part("A", &[2, 3], &[1.0, -2.0, 3.0, 0.5, 0.25, -4.0]),
        part("p", &[3], &[0.5, 0.25, 0.75]),
        part("R", &[2, 3], &[1.0, 0.0, 1.0, 0.0, 1.0, 1.0]),
        part("W", &[3, 2], &[1.0, 2.0, -3.0, 4.0, 5.0, -6.0]),
        part("b", &[2], &[0.5, -0.5]),
        part("dA_next", &[2, 2], &[1.0, -1.0, 2.0, 0.5]),
    ]
}

const RELU: (&str, &str) = ("activation", "{\"name\": \"relu\"}");

/// The file that the crate writes.
fn file(parts: &[Part], metadata: &[(&str, &str)]) -> Vec<u8> {
    let views = parts.iter().map(|(name, dtype, shape, data)| {
        (*name, TensorView::new(*dtype, shape.clone(), data).expect("a tensor"))
    });
    let metadata: HashMap<String, String> =
        metadata.iter().map(|(key, text)| (key.to_string(), text.to_string())).collect();
    serialize(views, Some(metadata)).expect("a file")
}

/// A file with any header.
fn raw(header: &str, data: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), data].concat()
}

/// The lines of what is wrong with a file of a problem.
fn faults(file: &[u8]) -> Vec<String> {
    let faults = step::problem(file).expect_err("a fault").to_string();
    faults.lines().map(str::to_owned).collect()
}

/// What is wrong after the inputs were changed.
fn changed(change: impl FnOnce(&mut Vec<Part>)) -> Vec<String> {
    let mut parts = inputs();
    change(&mut parts);
    faults(&file(&parts, &[RELU]))
}

fn given(bytes: &[u8]) -> Result<GivenResults, String> {
    let mut reader = Reader::default();
    let given = step::results(&mut reader, bytes);
    given.filter(|_| reader.faults.is_empty()).ok_or_else(|| reader.faults.to_string())
}

#[test]
fn every_number_of_sixteen_bits_is_that_of_an_independent_conversion() {
    for bits in 0..=u16::MAX {
        let [f16, bf16] = [half::f16::from_bits(bits).to_f64(), half::bf16::from_bits(bits).to_f64()];
        assert!(from_f16(bits) == f16 || f16.is_nan() && from_f16(bits).is_nan(), "{bits:04x}");
        assert!(from_bf16(bits) == bf16 || bf16.is_nan() && from_bf16(bits).is_nan(), "{bits:04x}");
        assert_eq!(from_f16(bits).is_sign_negative(), f16.is_sign_negative(), "{bits:04x}");
        assert!(!f16.is_finite() || to_f16(f16) == bits, "{bits:04x}: {f16} becomes {:04x}", to_f16(f16));
        assert!(!bf16.is_finite() || to_bf16(bf16) == bits, "{bits:04x}");
    }
}

#[test]
fn a_problem_is_read_as_it_was_written_in_every_format() {
    for format in Format::ALL {
        let problem = drawn(Shape::new(3, 5, 4), "per_unit", format, 11);
        let bytes = step::write_problem("shape/mine-3x5x4", "mine", &problem, format, Some(11));
        let given = step::problem(&bytes).expect("valid");
        assert_eq!(given.problem, problem);
        assert_eq!((given.id.as_deref(), given.summary.as_deref()), (Some("shape/mine-3x5x4"), Some("mine")));
        assert_eq!(bytes, step::write_problem("shape/mine-3x5x4", "mine", &problem, format, Some(11)));
        let tensors = SafeTensors::deserialize(&bytes).expect("the crate reads it");
        let dtype = tensors.tensor("dA_next").expect("there").dtype();
        assert_eq!(dtype.to_string().to_lowercase(), format.name());
        let header = u64::from_le_bytes(bytes[..8].try_into().expect("8 bytes"));
        assert_eq!(header % 8, 0, "the numbers are aligned");
    }
}

#[test]
fn the_header_is_the_same_every_time() {
    let problem = drawn(Shape::new(1, 2, 1), "leaky_relu", Format::F32, 0);
    let bytes = step::write_problem("a/b", "c", &problem, Format::F32, Some(5));
    let header = String::from_utf8_lossy(&bytes[8..]).into_owned();
    let start = r#"{"__metadata__":{"activation":"{\"name\":\"leaky_relu\",\"slope\":0.20000000298023224}","format":"dropout-oracle/1","generator":"dropout-oracle "#;
    assert!(header.starts_with(start), "{header}");
    assert!(header.contains(
        r#""id":"a/b","seed":"5","summary":"c"},"A":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"#
    ));
}

#[test]
fn what_a_library_writes_is_read() {
    let given = step::problem(&file(&inputs(), &[RELU, ("format", "pt")])).expect("valid");
    assert_eq!((given.id, given.summary), (None, None));
    let problem = given.problem;
    assert_eq!(problem.inputs().a.to_rows(), [[1.0, -2.0, 3.0], [0.5, 0.25, -4.0]]);
    assert_eq!(problem.inputs().b.cells(), [0.5, -0.5]);
    assert_eq!(problem.inputs().w.to_rows(), [[1.0, 2.0], [-3.0, 4.0], [5.0, -6.0]]);
    for dtype in [Dtype::BOOL, Dtype::U8] {
        let mut parts = inputs();
        parts[2] = ("R", dtype, vec![2, 3], vec![1, 0, 1, 0, 1, 1]);
        assert_eq!(step::problem(&file(&parts, &[RELU])).expect("a mask").problem, problem);
    }
}

#[test]
fn faults_of_the_tensors_have_their_place() {
    let f32s = |count: usize| vec![0; 4 * count];
    type Change = Box<dyn FnOnce(&mut Vec<Part>)>;
    let table: [(&str, Change); 12] = [
        (
            "inputs.A is missing: it is required; add the tensor \"A\"",
            Box::new(|parts| drop(parts.remove(0))),
        ),
        (
            "inputs.a is unknown: no other tensor is allowed here; known tensors: A, p, R, W, b, dA_next",
            Box::new(|parts| parts.push(("a", Dtype::F64, vec![1], bytes(&[1.0])))),
        ),
        (
            "inputs.W.dtype is I64: must be one of F64, F32, F16, BF16; convert it before you save it",
            Box::new(|parts| parts[3].1 = Dtype::I64),
        ),
        (
            "inputs.A.dtype is BOOL: must be one of F64, F32, F16, BF16; convert",
            Box::new(|parts| parts[0] = ("A", Dtype::BOOL, vec![2, 3], vec![1; 6])),
        ),
        (
            "inputs.R.dtype is I8: must be one of F64, F32, F16, BF16, BOOL, U8; convert",
            Box::new(|parts| parts[2] = ("R", Dtype::I8, vec![2, 3], vec![1; 6])),
        ),
        (
            "inputs.p.shape is [1, 3]: must have one dimension; A, R, W",
            Box::new(|parts| parts[1].2 = vec![1, 3]),
        ),
        (
            "inputs.dA_next.shape is [4]: must have two dimensions; A, R, W",
            Box::new(|parts| parts[5].2 = vec![4]),
        ),
        (
            "inputs.A.shape is [0, 1152921504606846976]: m, n and n_next must be at least 1",
            Box::new(|parts| parts[0] = ("A", Dtype::F64, vec![0, 1 << 60], vec![])),
        ),
        (
            "inputs.R has 3 rows: m must be 2, because inputs.A has 2 rows",
            Box::new(move |parts| parts[2] = ("R", Dtype::F32, vec![3, 3], f32s(9))),
        ),
        (
            "inputs.A[1][2] = NaN: must be a finite number (ruling finite-inputs)",
            Box::new(|parts| parts[0].3 = bytes(&[1.0, 1.0, 1.0, 1.0, 1.0, f64::NAN])),
        ),
        ("inputs.p[1] = 0: must lie in (0, 1]", Box::new(|parts| parts[1].3 = bytes(&[0.5, 0.0, 0.5]))),
        (
            "inputs.R[0][1] = 2: must be 0 or 1",
            Box::new(|parts| parts[2] = ("R", Dtype::BOOL, vec![2, 3], vec![1, 2, 1, 0, 0, 0])),
        ),
    ];
    for (message, change) in table {
        let faults = changed(change);
        assert!(faults.len() == 1 && faults[0].starts_with(message), "{message}\n{}", faults.join("\n"));
    }
    let infinite = half::f16::INFINITY.to_bits().to_le_bytes().to_vec();
    let all = changed(|parts| {
        parts.remove(5);
        parts[4] = ("b", Dtype::F16, vec![2], [infinite.clone(), infinite].concat());
        parts[3].1 = Dtype::U64;
        parts.push(("c", Dtype::U8, vec![1], vec![0]));
    });
    let starts = [
        "inputs.c is unknown",
        "inputs.W.dtype is U64",
        "inputs.dA_next is missing",
        "inputs.b[0] = inf",
        "inputs.b[1] = inf",
    ];
    assert_eq!(all.len(), starts.len(), "{}", all.join("\n"));
    for start in starts {
        assert!(all.iter().any(|line| line.starts_with(start)), "{start}\n{}", all.join("\n"));
    }
}

#[test]
fn faults_of_the_metadata_have_their_place() {
    let of = |metadata: &[(&str, &str)]| faults(&file(&inputs(), metadata));
    for (metadata, message) in [
        (&[][..], "metadata.activation is missing: it is required; write the JSON of the activation"),
        (&[("activation", "relu")], "metadata.activation = \"relu\": must be JSON; write the JSON"),
        (
            &[("activation", "{\"name\": \"swish\"}")],
            "metadata.activation.name = \"swish\": must be a known activation",
        ),
        (
            &[RELU, ("format", "dropout-oracle/2")],
            "metadata.format = \"dropout-oracle/2\": must be \"dropout-oracle/1\"",
        ),
        (&[RELU, ("id", "No Id")], "metadata.id = \"No Id\": must be family/name"),
        (&[RELU, ("summary", "a\nb")], "metadata.summary = \"a\\nb\": must be one line"),
        (&[RELU, ("arithmatic", "f32")], "metadata.arithmatic is unknown: no other key is allowed here"),
    ] {
        let faults = of(metadata);
        assert!(faults.len() == 1 && faults[0].starts_with(message), "{message}\n{}", faults.join("\n"));
    }
}

#[test]
fn a_header_that_lies_is_refused() {
    let a = |dtype: &str, shape: &str, offsets: &str| {
        format!("{{\"A\":{{\"dtype\":\"{dtype}\",\"shape\":{shape},\"data_offsets\":{offsets}}}}}")
    };
    let data = [0; 16];
    for (file, message) in [
        (vec![], "the file has 0 bytes: must be in the safetensors format"),
        (vec![0; 7], "the file has 7 bytes: "),
        (vec![0; 8], "the header is not JSON"),
        (vec![255; 9], "the header claims 18446744073709551615 bytes, and 1 follow"),
        (raw("{}", &[])[..9].to_vec(), "the header claims 2 bytes, and 1 follow"),
        (b"{\"format\": \"dropout-oracle/1\"}".to_vec(), "the header claims "),
        (raw("[1]", &[]), "the header is an array: must be an object"),
        (raw("{\"A\":1}", &[]), "inputs.A is a number: must be an object"),
        (raw("{\"A\":{\"dtype\":\"F64\",\"shape\":[1,2]}}", &data), "inputs.A.data_offsets is missing"),
        (
            raw(&a("F65", "[1,2]", "[0,16]"), &data),
            "inputs.A.dtype = \"F65\": must be a type of the safetensors format",
        ),
        (
            raw(&a("F64", "[1,2]", "[0,17]"), &data),
            "inputs.A has bytes 0 to 17 of 16 for the shape [1, 2] of F64",
        ),
        (
            raw(&a("F64", "[1,3]", "[0,16]"), &data),
            "inputs.A has bytes 0 to 16 of 16 for the shape [1, 3] of F64",
        ),
        (raw(&a("F64", "[1,2]", "[16,0]"), &data), "inputs.A has bytes 16 to 0 of 16"),
        (raw(&a("F64", "[4294967296,4294967296]", "[0,16]"), &data), "inputs.A has bytes 0 to 16"),
        (raw(&a("F64", "[-1,2]", "[0,16]"), &data), "inputs.A.shape[0] = -1: must be a whole number"),
        (raw(&a("F64", "[1e30,2]", "[0,16]"), &data), "inputs.A.shape[0] = 1e30: must be a whole number"),
        (raw(&a("F64", "[1,2]", "[0]"), &data), "inputs.A.data_offsets has 1 entries"),
        (raw(&a("F64", "[1,1,1,1,1,1,1,1,2]", "[0,16]"), &data), "inputs.A.shape has 9 entries"),
        (raw(&a("F64", "[1,2]", "[0,16]"), &[0; 24]), "the header does not fit the file: "),
        (
            raw(&a("F64", "[1,1]", "[8,16]"), &data),
            "the header does not fit the file: invalid offset for tensor `A`",
        ),
        (raw("{\"__metadata__\":{\"id\":1}}", &[]), "metadata.id is a number: must be a string"),
    ] {
        let faults = faults(&file);
        assert!(faults[0].starts_with(message), "{message}\n{}", faults.join("\n"));
    }
    let one = &a("F64", "[1,2]", "[0,16]")[1..];
    let twice = raw(&format!("{{{},{one}", &one[..one.len() - 1]), &data);
    assert!(faults(&twice)[0].starts_with("the header.A occurs twice"), "{:?}", faults(&twice));
}

#[test]
fn a_file_that_is_cut_anywhere_is_refused() {
    let whole = file(&inputs(), &[RELU]);
    assert!(step::problem(&whole).is_ok());
    for length in 0..whole.len() {
        assert!(!faults(&whole[..length]).is_empty());
    }
    assert!(faults(&[&whole[..], &[0]].concat())[0].starts_with("the header does not fit the file: "));
}

#[test]
fn some_of_the_results_are_enough_and_each_keeps_its_format() {
    let short = |x: f32| half::bf16::from_f32(x).to_bits().to_le_bytes().to_vec();
    let parts = [
        ("db", Dtype::BF16, vec![2], [short(0.5), short(f32::NAN)].concat()),
        ("dW", Dtype::F32, vec![1, 2], [0.1_f32.to_le_bytes(), f32::INFINITY.to_le_bytes()].concat()),
    ];
    let GivenResults { results, formats, metadata } =
        given(&file(&parts, &[("name", "mine")])).expect("valid");
    assert_eq!(results.quantities().collect::<Vec<_>>(), [Quantity::Dw, Quantity::Db]);
    assert_eq!(results[Quantity::Dw].cells(), [f64::from(0.1_f32), f64::INFINITY]);
    assert!(results[Quantity::Db].at(0, 0) == 0.5 && results[Quantity::Db].at(0, 1).is_nan());
    assert_eq!(formats, [Format::F32, Format::Bf16]);
    assert_eq!(metadata["name"], "mine");
    let none = given(&raw("{}", &[])).expect_err("no tensor");
    assert!(
        none.starts_with("results are missing: there must be at least one of the eight results"),
        "{none}"
    );
    for (parts, message) in [
        (
            vec![("db", Dtype::F32, vec![1, 1], vec![0; 4])],
            "results.db.shape is [1, 1]: must have one dimension",
        ),
        (vec![("dW", Dtype::F32, vec![1], vec![0; 4])], "results.dW.shape is [1]: must have two dimensions"),
        (
            vec![("dW", Dtype::U8, vec![1, 1], vec![0])],
            "results.dW.dtype is U8: must be one of F64, F32, F16, BF16;",
        ),
        (vec![("A", Dtype::F32, vec![1, 1], vec![0; 4])], "results.A is unknown: "),
    ] {
        let faults = given(&file(&parts, &[])).expect_err("a fault");
        assert!(faults.starts_with(message), "{message}\n{faults}");
    }
}

#[test]
fn the_arithmetic_is_that_of_the_option_or_of_the_file_or_of_the_results() {
    let part = |name, dtype, size: usize| (name, dtype, vec![1, 1], vec![0; size]);
    let (f64, f32, f16, bf16) = (
        part("dW", Dtype::F64, 8),
        part("dW", Dtype::F32, 4),
        part("dW", Dtype::F16, 2),
        part("dA", Dtype::BF16, 2),
    );
    let of = |parts: &[Part], metadata: &[(&str, &str)], option: Option<&str>| {
        let option = option.map(|name| arithmetic(name).expect("known"));
        let subject = ResultsFile::of_case("a/b", given(&file(parts, metadata)).expect("valid"), option);
        subject.map(|subject| subject.about().arithmetic.to_string()).map_err(|faults| faults.to_string())
    };
    for (parts, expected) in [(&f64, "f64"), (&f32, "f32"), (&f16, "f16/f32"), (&bf16, "bf16/f32")] {
        assert_eq!(of(std::slice::from_ref(parts), &[], None).as_deref(), Ok(expected));
    }
    let both = [f32.clone(), bf16.clone()];
    assert_eq!(of(&both, &[("arithmetic", "bf16")], None).as_deref(), Ok("bf16"));
    assert_eq!(of(&both, &[("arithmetic", "bf16")], Some("f32/f64")).as_deref(), Ok("f32/f64"));
    let missing = of(&both, &[], None).expect_err("two formats");
    assert!(
        missing.starts_with("metadata.arithmetic is missing, and the results are in f32, bf16: "),
        "{missing}"
    );
    let unknown = of(&both, &[("arithmetic", "f8"), ("id", "c/d")], None).expect_err("unknown");
    let starts =
        ["metadata.id = \"c/d\": must be \"a/b\", like the problem's", "metadata.arithmetic = \"f8\": "];
    for (line, start) in unknown.lines().zip(starts) {
        assert!(line.starts_with(start), "{unknown}");
    }
    assert_eq!(unknown.lines().count(), 2);
    assert_eq!(arithmetic("bf16/f32"), Some(Arithmetic { storage: Format::Bf16, accumulator: Format::F32 }));
    assert_eq!([arithmetic("f32/bf16"), arithmetic("f8"), arithmetic("f32/f32/f32")], [None; 3]);
}

#[test]
fn results_answer_for_their_case_alone() {
    let problem = drawn(Shape::new(2, 3, 4), "tanh", Format::F64, 1);
    let expected = Results::from(&oracle::expected(&problem).expect("in range"));
    let given = given(&step::write_results("a/b", &expected, Format::F64)).expect("valid");
    let mut subject = ResultsFile::of_case("a/b", given, None).expect("valid");
    assert_eq!(subject.step("a/b", &problem), Answer::Result(expected));
    assert_eq!(subject.step("a/c", &problem), Answer::Skipped("no result for this case".into()));
    assert_eq!(subject.about().supports.outputs, Quantity::ALL);
}

//! The program refuses to run where the processor does not compute as IEEE 754 says, and notices each way of doing so.

use dropout_oracle::number::self_test::{f32_faults, f64_faults, of_the_pool, of_this_thread};

/// The faults of f64 operations that end in `mode`, a function of the nearest result and of the sign of its error.
fn with_results(mode: impl Fn(f64, f64) -> f64) -> Vec<String> {
    let add = |x: f64, y: f64| {
        let sum = x + y;
        let part = sum - x;
        mode(sum, (x - (sum - part)) + (y - part))
    };
    f64_faults(add, |x, y| mode(x * y, x.mul_add(y, -(x * y))))
}

fn flushed<T: num_traits::Float>(x: T) -> T {
    if x.is_subnormal() { T::zero() } else { x }
}

#[test]
fn this_process_computes_as_it_should() {
    assert!(of_this_thread().is_ok() && of_the_pool().is_ok());
    assert_eq!(f64_faults(|x, y| x + y, |x, y| x * y), [""; 0]);
    assert_eq!(f32_faults(|x, y| x + y, |x, y| x * y), [""; 0]);
    assert_eq!(with_results(|nearest, _| nearest), [""; 0]);
}

#[test]
fn flushed_results_are_noticed_in_sums_and_in_products() {
    assert_eq!(
        f64_faults(|x, y| flushed(x + y), |x, y| flushed(x * y)),
        [
            "2.225073858507202e-308 + -2.2250738585072014e-308 = 0e0 in f64, not 5e-324",
            "2.2250738585072014e-308 · 5e-1 = 0e0 in f64, not 1.1125369292536007e-308",
        ]
    );
    assert_eq!(f32_faults(|x, y| flushed(x + y), |x, y| flushed(x * y)).len(), 2);
}

#[test]
fn operands_that_count_as_zero_are_noticed() {
    assert_eq!(
        f64_faults(|x, y| flushed(x) + flushed(y), |x, y| flushed(x) * flushed(y)),
        ["5e-324 · 4.503599627370496e15 = 0e0 in f64, not 2.2250738585072014e-308"]
    );
    assert_eq!(f32_faults(|x, y| flushed(x) + flushed(y), |x, y| flushed(x) * flushed(y)).len(), 1);
}

#[test]
fn each_other_direction_of_rounding_is_noticed_in_sums_and_in_products() {
    let up = |nearest: f64, error: f64| if error > 0.0 { nearest.next_up() } else { nearest };
    let down = |nearest: f64, error: f64| if error < 0.0 { nearest.next_down() } else { nearest };
    let toward_zero = |nearest, error| if nearest > 0.0 { down(nearest, error) } else { up(nearest, error) };
    let directions: [&dyn Fn(f64, f64) -> f64; 3] = [&up, &down, &toward_zero];
    for (direction, mode) in directions.into_iter().enumerate() {
        let faults = with_results(mode);
        for sign in [" + ", " · "] {
            assert!(faults.iter().any(|fault| fault.contains(sign)), "direction {direction}: {faults:?}");
        }
    }
}

#[test]
fn shorter_and_wider_registers_are_noticed() {
    let shorter = f64_faults(|x, y| f64::from((x + y) as f32), |x, y| f64::from((x * y) as f32));
    assert!(shorter.len() >= 4, "{shorter:?}");
    // A sum that is first rounded to the 64 bits of the x87 registers loses what decides a tie.
    let wider = f64_faults(
        |x, y| if y > 1e-16 && y < f64::EPSILON { x + f64::EPSILON / 2.0 } else { x + y },
        |x, y| x * y,
    );
    assert_eq!(wider.len(), 1, "{wider:?}");
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod under_a_library {
    use std::fs;
    use std::path::Path;
    use std::process::{Command, Output, Stdio};

    /// Sets bits of the register that controls the arithmetic, before `main`.
    const AT_THE_START: &str = r#"
        #include <xmmintrin.h>
        __attribute__((constructor)) static void set(void) { _mm_setcsr(_mm_getcsr() | BITS); }
    "#;

    /// Sets them in each thread but the first.
    const IN_EACH_NEW_THREAD: &str = r#"
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <pthread.h>
        #include <stdlib.h>
        #include <xmmintrin.h>

        typedef void *function(void *);
        struct start { function *function; void *argument; };

        static void *set(void *given) {
            struct start start = *(struct start *)given;
            free(given);
            _mm_setcsr(_mm_getcsr() | BITS);
            return start.function(start.argument);
        }

        int pthread_create(pthread_t *thread, const pthread_attr_t *with, function *function, void *argument) {
            int (*create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *) =
                dlsym(RTLD_NEXT, "pthread_create");
            struct start *start = malloc(sizeof *start);
            start->function = function;
            start->argument = argument;
            return create(thread, with, set, start);
        }
    "#;

    const COMMANDS: [&[&str]; 7] = [
        &["generate", "--check"],
        &["eval", "fixtures/cases/exact/by-hand.json"],
        &["check", "--", "dropout-oracle-zoo", "right"],
        &["verify"],
        &["sample", "--p", "0.5", "--rows", "1"],
        &["explain", "exact/by-hand"],
        &["list"],
    ];

    /// A compiled library, or `None` without a C compiler.
    fn library(folder: &Path, source: &str, bits: &str) -> Option<String> {
        let [source_file, library] = ["mode.c", "mode.so"].map(|name| folder.join(name));
        fs::write(&source_file, source).expect("writable");
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", &format!("-DBITS={bits}"), "-o"]).arg(&library).arg(&source_file);
        let compiled = compiler.arg("-ldl").status().ok()?;
        assert!(compiled.success());
        Some(library.display().to_string())
    }

    fn run(library: &str, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_dropout-oracle"))
            .args(arguments)
            .env("LD_PRELOAD", library)
            .stdin(Stdio::null())
            .output()
            .expect("it starts")
    }

    fn assert_refused(library: &str, arguments: &[&str], place: &str) {
        let output = run(library, arguments);
        let error = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {error}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
        assert!(error.starts_with(&format!("wrong arithmetic in {place}:\n")), "{error}");
        assert!(error.contains(" in f64, not ") && error.contains(" in f32, not "), "{error}");
        assert!(error.contains("LD_PRELOAD"), "{error}");
    }

    #[test]
    fn every_command_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        // Results are flushed to 0, and operands count as 0.
        let Some(library) = library(folder.path(), AT_THE_START, "0x8040") else { return };
        for arguments in COMMANDS {
            assert_refused(&library, arguments, "this thread");
        }
    }

    #[test]
    fn each_mode_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        // Results are flushed; operands count as 0; rounding down, up, and toward zero.
        for bits in ["0x8000", "0x0040", "0x2000", "0x4000", "0x6000"] {
            let Some(library) = library(folder.path(), AT_THE_START, bits) else { return };
            assert_refused(&library, &["list", "flags"], "this thread");
        }
    }

    #[test]
    fn a_mode_of_the_other_threads_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let Some(library) = library(folder.path(), IN_EACH_NEW_THREAD, "0x8040") else { return };
        assert_refused(&library, &["list", "flags"], "a thread of the pool");
    }

    #[test]
    fn a_library_that_changes_nothing_is_no_reason_to_refuse() {
        let folder = tempfile::tempdir().expect("a folder");
        for source in [AT_THE_START, IN_EACH_NEW_THREAD] {
            let Some(library) = library(folder.path(), source, "0") else { return };
            let output = run(&library, &["list", "flags"]);
            assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
        }
    }
}

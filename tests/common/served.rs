//! The real binary as a server, and a client that knows nothing of the program.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(dead_code)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

const BINARY: &str = env!("CARGO_BIN_EXE_nanococoa");

/// A running `nanococoa serve`.
pub struct Server {
    /// The process.
    pub child: Child,
    /// Where it listens.
    pub address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts it on a port of its own; `more` are further arguments.
pub fn serve(data: &Path, more: &[&str]) -> Server {
    serve_in(None, data, more)
}

/// The same by another program that is given the command line and becomes the server.
pub fn serve_in(outer: Option<(&str, &[&str])>, data: &Path, more: &[&str]) -> Server {
    let mut command = Command::new(outer.map_or(BINARY, |(program, _)| program));
    if let Some((_, arguments)) = outer {
        command.args(arguments).arg(BINARY);
    }
    started(&mut command, data, more)
}

/// The same in a shell that first does something to itself.
#[cfg(unix)]
pub fn serve_after(shell: &str, data: &Path) -> Server {
    started(Command::new("sh").arg("-c").arg(format!("{shell}; exec \"$0\" \"$@\"")).arg(BINARY), data, &[])
}

/// The same with this standard error.
pub fn serve_with_errors_to(errors: Stdio, data: &Path, more: &[&str]) -> Server {
    started(Command::new(BINARY).stderr(errors), data, more)
}

fn started(command: &mut Command, data: &Path, more: &[&str]) -> Server {
    let mut child =
        command.arg("--data-dir").arg(data).args(["serve", "--bind", "127.0.0.1:0"]).args(more).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.split("http://").nth(1).unwrap_or_else(|| panic!("{line:?}")).split(' ').next().unwrap().to_owned();
    Server { child, address }
}

/// One request over a real socket; what the answer's body is.
pub fn text(server: &Server, method: &str, path: &str, body: Option<&Value>) -> String {
    text_at(&server.address, method, path, body)
}

fn text_at(address: &str, method: &str, path: &str, body: Option<&Value>) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let body = body.map(Value::to_string).unwrap_or_default();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}

/// As [`text`], for answers in JSON.
pub fn call(server: &Server, method: &str, path: &str, body: Option<&Value>) -> Value {
    call_at(&server.address, method, path, body)
}

/// As [`call`], for other threads than the server's owner, who ends it if they wait for ever.
pub fn call_at(address: &str, method: &str, path: &str, body: Option<&Value>) -> Value {
    let answer = text_at(address, method, path, body);
    serde_json::from_str(&answer).unwrap_or_else(|e| panic!("{e}: {answer}"))
}

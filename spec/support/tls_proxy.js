// A proxy that knows CONNECT and is spoken to over TLS, for specs: shows a certificate, and wants one of the same CA.
// Arguments: its key, its certificate, the CA. Prints its port, then the name on each certificate that it was shown.
const { readFileSync } = require("node:fs");
const http = require("node:http");
const net = require("node:net");
const tls = require("node:tls");

const [key, cert, ca] = process.argv.slice(2).map((path) => readFileSync(path));
const tunnels = http.createServer().on("connect", (request, socket) => {
  console.log(socket.getPeerCertificate().subject.CN);
  const [host, port] = request.url.split(":");
  const other = net.connect(Number(port), host, () => {
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    socket.pipe(other).pipe(socket);
  });
  other.on("error", () => socket.destroy());
  socket.on("error", () => other.destroy());
});

const server = tls.createServer({ key, cert, ca, requestCert: true, rejectUnauthorized: true });
server.on("secureConnection", (socket) => tunnels.emit("connection", socket));
server.on("tlsClientError", () => {});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));

// nobody reads the other end any more: the spec is over
process.stdin.on("end", () => process.exit(0)).resume();

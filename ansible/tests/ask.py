"""Run on a machine of the trial: one request, as whoever has these files. Prints status and answer, or why there is none.

    ask.py METHOD URL TOKEN-FILE|- CERTIFICATE|- KEY|- [BODY]
"""
import http.client
import ssl
import sys
import urllib.error
import urllib.request

method, url, token, certificate, key = sys.argv[1:6]
body = sys.argv[6].encode() if len(sys.argv) > 6 else None
request = urllib.request.Request(url, data=body, method=method, headers={"Content-Type": "application/json"})
if token != "-":
    with open(token, encoding="ascii") as file:
        request.add_header("Authorization", "Bearer " + file.readline().strip())
context = ssl.create_default_context(cafile="/etc/drover/tls/ca.crt") if url.startswith("https") else None
if certificate != "-":
    context.load_cert_chain(certificate, key)
try:
    with urllib.request.urlopen(request, timeout=10, context=context) as answer:
        print(answer.status, answer.read().decode()[:2000])
except urllib.error.HTTPError as error:
    print(error.code, error.read().decode()[:2000])
except (OSError, http.client.HTTPException) as error:
    # urllib's own, ssl's and the network's
    print("no answer:", error)

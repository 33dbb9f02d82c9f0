local challenge = require "m365restore.credential.challenge"

describe("challenges", function()
  it("are told apart, whatever is in them", function()
    assert.same({
      { scheme = "basic", params = {} },
      { scheme = "bearer", params = { realm = 'a, b="c"', error = "invalid_token", claims = "eyJ4IjoxfQ==" } },
      { scheme = "dpop", params = { algs = "x=y z" } },
      { scheme = "negotiate", params = {} },
    }, challenge.parse('Basic abc==, Bearer realm="a, b=\\"c\\"", error=invalid_token , claims = "eyJ4IjoxfQ==",'
      .. ' DPoP algs="x=y z", Negotiate'))
  end)

  it("end where they end", function()
    for _, text in ipairs { "", ",", "=", '"', 'Bearer a="', "Bearer a=", "\0", "Bearer =,=" } do
      assert.is_table(challenge.parse(text))
      assert.is_nil(challenge.claims(text))
    end
  end)

  it("hold claims for Continuous Access Evaluation, as base64 or as they are", function()
    local function bearer(rest) return 'Bearer error="insufficient_claims", claims=' .. rest end
    assert.equal('{"x":1}', challenge.claims(bearer '"eyJ4IjoxfQ=="'))
    assert.equal('{"x":1}', challenge.claims(bearer "eyJ4IjoxfQ"))
    assert.equal('{"x":1}', challenge.claims(bearer '"{\\"x\\":1}"'))
    assert.is_nil(challenge.claims(bearer '"!!!"'))
    assert.is_nil(challenge.claims(bearer '"MTI="'))
    assert.is_nil(challenge.claims 'Bearer error="invalid_token", claims="eyJ4IjoxfQ=="')
    assert.is_nil(challenge.claims 'Basic error="insufficient_claims", claims="eyJ4IjoxfQ=="')
  end)
end)

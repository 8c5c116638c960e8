package verifier

import (
	"errors"
	"testing"

	"github.com/xdg-go/scram"
)

func TestDefaultsAreMongoDBs(t *testing.T) {
	v, err := New1("u", "x")
	if err != nil || v.Iterations != 10000 || len(v.Salt) != 16 || len(v.StoredKey) != 20 || !v.Usable() {
		t.Errorf("%+v, %v", v, err)
	}
	v, err = New256("x")
	if err != nil || v.Iterations != 15000 || len(v.Salt) != 28 || len(v.StoredKey) != 32 || !v.Usable() {
		t.Errorf("%+v, %v", v, err)
	}
}

func TestAForbiddenCharacterIsRefusedWithoutQuotingIt(t *testing.T) {
	if _, err := New256("a\u0007b"); !errors.Is(err, ErrPassword) {
		t.Errorf("a control character: %v", err)
	}
}

// The example of RFC 7677, section 3: password "pencil".
func TestTheExampleOfTheRFC(t *testing.T) {
	salt := []byte{0x5b, 0x6d, 0x99, 0x68, 0x9d, 0x12, 0x35, 0x8e, 0xec, 0xa0, 0x4b, 0x14, 0x12, 0x36, 0xfa, 0x81}
	v, err := derive(scram.SHA256, "pencil", salt, 4096)
	if err != nil {
		t.Fatal(err)
	}
	server, err := scram.SHA256.NewServer(func(string) (scram.StoredCredentials, error) {
		return scram.StoredCredentials{KeyFactors: scram.KeyFactors{Salt: string(v.Salt), Iters: v.Iterations}, StoredKey: v.StoredKey, ServerKey: v.ServerKey}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	talk := server.WithNonceGenerator(func() string { return "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0" }).NewConversation()
	if _, err := talk.Step("n,,n=user,r=rOprNGfwEbeRWgbNEkqO"); err != nil {
		t.Fatal(err)
	}
	got, err := talk.Step("c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")
	if err != nil || got != "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=" {
		t.Errorf("%q, %v", got, err)
	}
}

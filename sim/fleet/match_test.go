package fleet

import "testing"

func TestADeploymentIsFoundByWholeWords(t *testing.T) {
	d := Deployment{Name: "vit-large@aws/g5.xlarge/2"}
	for text, want := range map[string]bool{
		"": true, "vit-large": true, "vit": true, "@aws/": true, "g5": true, "/2": true, "large": true, d.Name: true, "xlarge": true,
		"it-large": false, "vit-larg": false, "arge": false, "g": false, "@gcp/": false, d.Name + "x": false, "5": false, "ws/": false,
	} {
		if d.Matches(text) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}

// Mistakes in cameras, zones, alerts and schedules.
using static StreamActions.Worker.Tests.Configuration.ConfigurationText;

namespace StreamActions.Worker.Tests.Configuration;

public sealed class CameraAndAlertProblemsTests
{
    [Theory]
    [InlineData("a.mp4", "3:10: cameras.aisle: a single value where keys with values should be")]
    [InlineData("{ source: [a] }", "3:20: cameras.aisle.source: a list where a single value should be; give a value, or remove the key")]
    [InlineData("{ source: \"ftp://h/a\" }", "3:20: cameras.aisle.source: 'ftp' is not a kind of source that can be read; give rtsp://")]
    [InlineData("{ source: \"RTSP://h/a\" }", "'RTSP' is not a kind of source that can be read; write it in lower case")]
    [InlineData("{ source: \"rtsp:h/a\" }", "this is not a complete address")]
    [InlineData("{ source: \"device:x\" }", "this is not a kind of source that can be read")]
    [InlineData("{ source: \"file:\" }", "'file:' without a path on this machine")]
    [InlineData("{ source: \"file://host/a\" }", "'file:' without a path on this machine")]
    [InlineData("{ source: \"\" }", "the source is empty")]
    [InlineData("{ source: a, loop: yes }", "3:29: cameras.aisle.loop: 'yes' is not what this key takes; give true or false")]
    [InlineData("{ source: a, pace: fsat }", "cameras.aisle.pace: 'fsat' is not known; did you mean 'fast'?")]
    [InlineData("{ source: a, reader: vlc }", "cameras.aisle.reader: 'vlc' is not known; known are auto, ffmpeg, opencv")]
    [InlineData("{ source: a, transport: http }", "cameras.aisle.transport: 'http' is not known")]
    [InlineData("{ source: a, motion-gate: maybe }", "cameras.aisle.motion-gate: 'maybe' is not what this key takes; give true or false")]
    [InlineData("{ source: a, motion-sensitivity: hihg }", "cameras.aisle.motion-sensitivity: 'hihg' is not known; did you mean 'high'?")]
    [InlineData("{ source: a, frozen-after: never }", "cameras.aisle.frozen-after: 'never' is not what this key takes; give a duration from 1s to 1d, such as 250ms, 1s, 5m, 2h or 30d, or off")]
    [InlineData("{ source: a, black-after: 100ms }", "cameras.aisle.black-after: '100ms' is not what this key takes")]
    [InlineData("{ source: a, started-at: 2025-01-31T18:00:00 }", "cameras.aisle.started-at: '2025-01-31T18:00:00' is not a time with an offset")]
    [InlineData("{ source: \"device:0\", loop: true }", "cameras.aisle.loop: only a recording can have this, and the source is a device; remove the key")]
    [InlineData("{ source: \"device:0\", reader: ffmpeg }", "cameras.aisle.reader: ffmpeg reads streams and recordings")]
    [InlineData("{ source: \"http://h/a\", reader: opencv }", "cameras.aisle.reader: opencv reads devices, recordings and rtsp; use ffmpeg")]
    [InlineData("{ source: \"rtsp://h/a\", reader: opencv, transport: udp }", "3:61: cameras.aisle.transport: only ffmpeg can do this, and opencv reads this camera; remove the key")]
    [InlineData("{ source: \"device:0\", hardware: cuda }", "cameras.aisle.hardware: only ffmpeg can do this")]
    [InlineData("{ source: a, hardware: cdua }", "cameras.aisle.hardware: 'cdua' is not known; did you mean 'cuda'?")]
    [InlineData("{ source: a, enabled: off }", "cameras.aisle.enabled: 'off' is not what this key takes; give true or false")]
    [InlineData("{ source: a, input-options: nobuffer }", "cameras.aisle.input-options: a single value where keys with values should be")]
    [InlineData("{ source: a, input-options: { fflag: nobuffer } }", "3:40: cameras.aisle.input-options.fflag: this input option is not allowed; did you mean 'fflags'?")]
    [InlineData("{ source: a, input-options: { protocol_whitelist: file } }", "cameras.aisle.input-options.protocol_whitelist: this input option is not allowed; known are")]
    [InlineData("{ source: a, input-options: { fflags: nobuffer+x } }", "3:48: cameras.aisle.input-options.fflags: 'nobuffer+x' is not what this option takes; give one or more of nobuffer")]
    [InlineData("{ source: a, input-options: { probesize: 1e6 } }", "cameras.aisle.input-options.probesize: '1e6' is not what this option takes; give bytes")]
    [InlineData("{ source: a, input-options: { reorder_queue_size: 5 } }", "cameras.aisle.input-options.reorder_queue_size: this source has no such option; remove it")]
    [InlineData("{ source: a, zones: { g: [[0,0],[1,1]] } }", "3:35: cameras.aisle.zones.g: 2 corners; give at least three corners")]
    [InlineData("{ source: a, zones: { g: [[0,0],[1,1],[1,1.5]] } }", "cameras.aisle.zones.g[2]: this is not a corner")]
    [InlineData("{ source: a, zones: { g: [[0,0],[1,1],[1]] } }", "cameras.aisle.zones.g[2]: this is not a corner")]
    [InlineData("{ source: a, zones: { g: [[0.5,0],[0.5,1],[0.5,0.5]] } }", "cameras.aisle.zones.g: the corners enclose nothing")]
    [InlineData("{ source: a, zones: { g: 5 } }", "cameras.aisle.zones.g: a single value where a list of corners should be")]
    [InlineData("{ source: a, zones: { Gate: [[0,0],[1,1],[1,0]] } }", "cameras.aisle.zones.Gate: this is not a name")]
    public void Read_CameraMistake_OneProblem(string camera, string expected) =>
        Assert.Contains(expected, Assert.Single(Problems(WithCamera(camera))), StringComparison.Ordinal);

    [Theory]
    [InlineData("{ phrases: [a], label: b }", "6:33: alerts.fight.label: an alert has phrases or a label of the model, and this one has both; remove one of them")]
    [InlineData("{ threshold: 0.5 }", "6:10: alerts.fight.phrases: missing; give what it looks like in words")]
    [InlineData("{ label: '' }", "alerts.fight.label: an empty text")]
    [InlineData("{ label: a, not: [b] }", "alerts.fight.not: a label competes with the model's other labels")]
    [InlineData("{ phrases: [] }", "6:21: alerts.fight.phrases: an empty list")]
    [InlineData("{ phrases: [a, ' '] }", "6:25: alerts.fight.phrases[1]: an empty text; write it out, or remove it")]
    [InlineData("{ phrases: [a, a] }", "alerts.fight.phrases[1]: 'a' is given twice")]
    [InlineData("{ phrases: [a], not: [a] }", "alerts.fight.not[0]: 'a' is a phrase of this alert too")]
    [InlineData("{ phrases: a fight }", "alerts.fight.phrases: a single value where a list should be; give what it looks like in words")]
    [InlineData("{ phrases: [a], cameras: [\"gate-*\"] }", "alerts.fight.cameras[0]: no camera's name matches 'gate-*'; known are aisle, dock-east")]
    [InlineData("{ phrases: [a], cameras: [aile] }", "alerts.fight.cameras[0]: there is no camera 'aile'; did you mean 'aisle'?")]
    [InlineData("{ phrases: [a], cameras: [dock-east], zones: [gat] }", "alerts.fight.zones[0]: no camera of this alert has a zone 'gat'; did you mean 'gate'?")]
    [InlineData("{ phrases: [a], zones: [gate] }", "alerts.fight.zones[0]: camera 'aisle' has none of these zones, so the alert would not watch it")]
    [InlineData("{ phrases: [a], schedule: nights }", "alerts.fight.schedule: there is no schedule 'nights'; add it under 'schedules'")]
    [InlineData("{ phrases: [a], threshold: 0 }", "alerts.fight.threshold: '0' is not what this key takes")]
    [InlineData("{ phrases: [a], threshold: 1 }", "alerts.fight.threshold: '1' is not what this key takes")]
    [InlineData("{ phrases: [a], threshold: NaN }", "alerts.fight.threshold: 'NaN' is not what this key takes")]
    [InlineData("{ phrases: [a], threshold: 2, exit: 0.9 }", "alerts.fight.threshold: '2' is not what this key takes")]
    [InlineData("{ phrases: [a], threshold: 0.5, exit: 0.6 }", "6:48: alerts.fight.exit: 0.6 is above the threshold, 0.5;")]
    [InlineData("{ phrases: [a], begin-after: 1 s }", "alerts.fight.begin-after: '1 s' is not what this key takes")]
    [InlineData("{ phrases: [a], update-every: 0s }", "alerts.fight.update-every: '0s' is not what this key takes")]
    public void Read_AlertMistake_OneProblem(string alert, string expected) =>
        Assert.Contains(expected, Assert.Single(Problems(WithAlert(alert))), StringComparison.Ordinal);

    [Theory]
    [InlineData("Dock")]
    [InlineData("-dock")]
    [InlineData("dock east")]
    [InlineData("a123456789b123456789c123456789d123456789e123456789f123456789g1234")]
    public void Read_BadNames_Reported(string name) =>
        Assert.Contains($"cameras.{name}: this is not a name; use up to 64 lower-case letters", Assert.Single(Problems(With("aisle:", $"{name}:"))), StringComparison.Ordinal);

    [Theory]
    [InlineData("{ days: [mon], from: \"18:00\", to: \"24:00\", timezone: UTC }", "schedules.s.to: '24:00' is not a time of day")]
    [InlineData("{ from: \"6:00\", to: \"18:00\", timezone: UTC }", "schedules.s.from: '6:00' is not a time of day")]
    [InlineData("{ to: \"18:00\", timezone: UTC }", "schedules.s.from: missing; add a time of day")]
    [InlineData("{ from: \"06:00\", to: \"18:00\" }", "schedules.s.timezone: missing; add where the clock is")]
    [InlineData("{ from: \"06:00\", to: \"18:00\", timezone: Europe/Berlim }", "'Europe/Berlim' is not a time zone of this machine")]
    [InlineData("{ days: [mon-fry], from: \"06:00\", to: \"18:00\", timezone: UTC }", "schedules.s.days[0]: 'mon-fry' is no day and no range of days")]
    [InlineData("{ days: mon, from: \"06:00\", to: \"18:00\", timezone: UTC }", "schedules.s.days: a single value where a list should be")]
    public void Read_ScheduleMistake_OneProblem(string schedule, string expected) =>
        Assert.Contains(expected, Assert.Single(Problems(Minimal + $"schedules: {{ s: {schedule} }}")), StringComparison.Ordinal);
}

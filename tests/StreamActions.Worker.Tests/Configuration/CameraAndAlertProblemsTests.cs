// Problems of cameras, zones, alerts and schedules.
using static StreamActions.Worker.Tests.Configuration.ConfigurationText;

namespace StreamActions.Worker.Tests.Configuration;

public sealed class CameraAndAlertProblemsTests
{
    [Theory]
    [InlineData("a.mp4", "3:10: cameras.aisle: expected keys with values, found a single value")]
    [InlineData("{ source: [a] }", "3:20: cameras.aisle.source: expected a single value, found a list; write a value, or remove the key")]
    [InlineData("{ source: \"ftp://h/a\" }", "3:20: cameras.aisle.source: unsupported source type 'ftp'; use rtsp://")]
    [InlineData("{ source: \"RTSP://h/a\" }", "unsupported source type 'RTSP'; write it in lower case")]
    [InlineData("{ source: \"rtsp:h/a\" }", "the address is incomplete")]
    [InlineData("{ source: \"device:x\" }", "cameras.aisle.source: unsupported source type; use")]
    [InlineData("{ source: \"file:\" }", "'file:' needs a local path")]
    [InlineData("{ source: \"file://host/a\" }", "'file:' needs a local path")]
    [InlineData("{ source: \"\" }", "the source is empty")]
    [InlineData("{ source: /a, loop: yes }", "3:30: cameras.aisle.loop: invalid value 'yes'; use true or false")]
    [InlineData("{ source: /a, pace: fsat }", "cameras.aisle.pace: unknown value 'fsat'; did you mean 'fast'?")]
    [InlineData("{ source: /a, reader: vlc }", "cameras.aisle.reader: unknown value 'vlc'; choose one of auto, ffmpeg, opencv")]
    [InlineData("{ source: /a, every: 1s }", "cameras.aisle.every: only a snapshot camera supports this")]
    [InlineData("{ source: \"snapshot:rtsp://h/a\" }", "cameras.aisle.source: 'snapshot:' needs an http address")]
    [InlineData("{ source: \"snapshot:http://h/a\", every: 1ms }", "cameras.aisle.every: invalid value '1ms'")]
    [InlineData("{ source: /a, max-pixels: 12 }", "cameras.aisle.max-pixels: invalid value '12'")]
    [InlineData("{ source: /a, start-timeout: 1ms }", "cameras.aisle.start-timeout: invalid value '1ms'")]
    [InlineData("{ source: /a, transport: http }", "cameras.aisle.transport: unknown value 'http'")]
    [InlineData("{ source: /a, motion-gate: maybe }", "cameras.aisle.motion-gate: invalid value 'maybe'; use true or false")]
    [InlineData(
        "{ source: /a, motion-sensitivity: hihg }", "cameras.aisle.motion-sensitivity: unknown value 'hihg'; did you mean 'high'?")]
    [InlineData(
        "{ source: /a, frozen-after: never }",
        "frozen-after: invalid value 'never'; use a duration from 1s to 1d, such as 250ms, 1s, 5m, 2h or 30d, or off")]
    [InlineData("{ source: /a, black-after: 100ms }", "cameras.aisle.black-after: invalid value '100ms'")]
    [InlineData(
        "{ source: /a, started-at: 2025-01-31T18:00:00 }",
        "cameras.aisle.started-at: '2025-01-31T18:00:00' is not a time with an offset")]
    [InlineData(
        "{ source: \"device:0\", loop: true }",
        "cameras.aisle.loop: only recordings support this, but the source is a device; remove the key")]
    [InlineData("{ source: \"device:0\", reader: ffmpeg }", "cameras.aisle.reader: ffmpeg cannot read devices; use opencv")]
    [InlineData("{ source: \"http://h/a\", reader: opencv }", "cameras.aisle.reader: opencv cannot read http; use ffmpeg")]
    [InlineData(
        "{ source: \"rtsp://h/a\", reader: opencv, transport: udp }",
        "3:61: cameras.aisle.transport: only ffmpeg supports this, but opencv reads this camera; remove the key")]
    [InlineData("{ source: \"device:0\", hardware: cuda }", "cameras.aisle.hardware: only ffmpeg supports this")]
    [InlineData("{ source: /a, hardware: cdua }", "cameras.aisle.hardware: unknown value 'cdua'; did you mean 'cuda'?")]
    [InlineData("{ source: /a, enabled: off }", "cameras.aisle.enabled: invalid value 'off'; use true or false")]
    [InlineData("{ source: /a, input-options: nobuffer }", "cameras.aisle.input-options: expected keys with values, found a single value")]
    [InlineData(
        "{ source: /a, input-options: { fflag: nobuffer } }",
        "3:41: cameras.aisle.input-options.fflag: this input option is not allowed; did you mean 'fflags'?")]
    [InlineData(
        "{ source: /a, input-options: { protocol_whitelist: file } }",
        "cameras.aisle.input-options.protocol_whitelist: this input option is not allowed; choose one of")]
    [InlineData(
        "{ source: /a, input-options: { fflags: nobuffer+x } }",
        "3:49: cameras.aisle.input-options.fflags: invalid value 'nobuffer+x'; use one or more of nobuffer")]
    [InlineData("{ source: /a, input-options: { probesize: 1e6 } }", "input-options.probesize: invalid value '1e6'; use bytes")]
    [InlineData(
        "{ source: /a, input-options: { reorder_queue_size: 5 } }",
        "cameras.aisle.input-options.reorder_queue_size: not supported by this source; remove it")]
    [InlineData(
        "{ source: /a, zones: { g: [[0,0],[1,1]] } }", "3:36: cameras.aisle.zones.g: found 2 corners; write at least three corners")]
    [InlineData("{ source: /a, zones: { g: [[0,0],[1,1],[1,1.5]] } }", "cameras.aisle.zones.g[2]: invalid corner")]
    [InlineData("{ source: /a, zones: { g: [[0,0],[1,1],[1]] } }", "cameras.aisle.zones.g[2]: invalid corner")]
    [InlineData("{ source: /a, zones: { g: [[0.5,0],[0.5,1],[0.5,0.5]] } }", "cameras.aisle.zones.g: the corners enclose no area")]
    [InlineData("{ source: /a, zones: { g: 5 } }", "cameras.aisle.zones.g: expected a list of corners, found a single value")]
    [InlineData("{ source: /a, zones: { Gate: [[0,0],[1,1],[1,0]] } }", "cameras.aisle.zones.Gate: invalid name")]
    public void Read_InvalidCamera_ReportsOneProblem(string camera, string expected) =>
        Assert.Contains(expected, Assert.Single(Problems(WithCamera(camera))), StringComparison.Ordinal);

    [Theory]
    [InlineData(
        "{ phrases: [a], label: b }", "6:33: alerts.fight.label: an alert has either phrases or a label, not both; remove one of them")]
    [InlineData("{ threshold: 0.5 }", "6:10: alerts.fight.phrases: missing; describe the action in words")]
    [InlineData("{ label: '' }", "alerts.fight.label: the text is empty")]
    [InlineData("{ label: a, not: [b] }", "alerts.fight.not: a label competes with the model's other labels")]
    [InlineData("{ phrases: [] }", "6:21: alerts.fight.phrases: the list is empty")]
    [InlineData("{ phrases: [a, ' '] }", "6:25: alerts.fight.phrases[1]: the text is empty; write a text, or remove it")]
    [InlineData("{ phrases: [a, a] }", "alerts.fight.phrases[1]: 'a' appears twice")]
    [InlineData("{ phrases: [a], not: [a] }", "alerts.fight.not[0]: 'a' is also a phrase of this alert")]
    [InlineData(
        "{ phrases: a fight }", "alerts.fight.phrases: expected a list, found a single value; describe the action in words")]
    [InlineData(
        "{ phrases: [a], cameras: [\"gate-*\"] }",
        "alerts.fight.cameras[0]: no camera matches 'gate-*'; choose one of aisle, dock-east")]
    [InlineData("{ phrases: [a], cameras: [aile] }", "alerts.fight.cameras[0]: there is no camera 'aile'; did you mean 'aisle'?")]
    [InlineData(
        "{ phrases: [a], cameras: [dock-east], zones: [gat] }",
        "alerts.fight.zones[0]: no camera of this alert has a zone 'gat'; did you mean 'gate'?")]
    [InlineData(
        "{ phrases: [a], zones: [gate] }",
        "alerts.fight.zones[0]: camera 'aisle' has none of these zones, so the alert would never watch it")]
    [InlineData("{ phrases: [a], schedule: nights }", "alerts.fight.schedule: there is no schedule 'nights'; add it under 'schedules'")]
    [InlineData("{ phrases: [a], threshold: 0 }", "alerts.fight.threshold: invalid value '0'")]
    [InlineData("{ phrases: [a], threshold: 1 }", "alerts.fight.threshold: invalid value '1'")]
    [InlineData("{ phrases: [a], threshold: NaN }", "alerts.fight.threshold: invalid value 'NaN'")]
    [InlineData("{ phrases: [a], threshold: 2, exit: 0.9 }", "alerts.fight.threshold: invalid value '2'")]
    [InlineData("{ phrases: [a], threshold: 0.5, exit: 0.6 }", "6:48: alerts.fight.exit: 0.6 is above the threshold 0.5;")]
    [InlineData("{ phrases: [a], begin-after: 1 s }", "alerts.fight.begin-after: invalid value '1 s'")]
    [InlineData("{ phrases: [a], update-every: 0s }", "alerts.fight.update-every: invalid value '0s'")]
    public void Read_InvalidAlert_ReportsOneProblem(string alert, string expected) =>
        Assert.Contains(expected, Assert.Single(Problems(WithAlert(alert))), StringComparison.Ordinal);

    [Theory]
    [InlineData("Dock")]
    [InlineData("-dock")]
    [InlineData("dock east")]
    [InlineData("a123456789b123456789c123456789d123456789e123456789f123456789g1234")]
    public void Read_InvalidName_IsReported(string name) =>
        Assert.Contains(
            $"cameras.{name}: invalid name; use up to 64 lower-case letters", Assert.Single(Problems(With("aisle:", $"{name}:"))),
            StringComparison.Ordinal);

    [Theory]
    [InlineData(
        "{ days: [mon], from: \"18:00\", to: \"24:00\", timezone: UTC }", "schedules.s.to: '24:00' is not a time of day")]
    [InlineData("{ from: \"6:00\", to: \"18:00\", timezone: UTC }", "schedules.s.from: '6:00' is not a time of day")]
    [InlineData("{ to: \"18:00\", timezone: UTC }", "schedules.s.from: missing; add a time of day")]
    [InlineData("{ from: \"06:00\", to: \"18:00\" }", "schedules.s.timezone: missing; add the time zone")]
    [InlineData("{ from: \"06:00\", to: \"18:00\", timezone: Europe/Berlim }", "unknown time zone 'Europe/Berlim'")]
    [InlineData(
        "{ days: [mon-fry], from: \"06:00\", to: \"18:00\", timezone: UTC }",
        "schedules.s.days[0]: 'mon-fry' is not a day or a range of days")]
    [InlineData(
        "{ days: mon, from: \"06:00\", to: \"18:00\", timezone: UTC }", "schedules.s.days: expected a list, found a single value")]
    public void Read_InvalidSchedule_ReportsOneProblem(string schedule, string expected) =>
        Assert.Contains(expected, Assert.Single(Problems(Minimal + $"schedules: {{ s: {schedule} }}")), StringComparison.Ordinal);
}

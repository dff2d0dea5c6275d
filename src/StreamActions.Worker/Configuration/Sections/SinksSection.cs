// The block `sinks`: the event store and Kafka.
using System.Text.RegularExpressions;

namespace StreamActions.Worker.Configuration;

/// <summary>Reads the block.</summary>
internal static partial class SinksSection
{
    /// <summary>Reads the options. Without the block: the store only.</summary>
    public static SinkOptions Read(Section section)
    {
        var store = section.Map("store") ?? section.EmptyMap("store");
        var path = store.Text("path");
        if (path is null)
            store.Explain("path", BuiltIn.StorePath, null);
        else if (path.AsSpan().ContainsAny('\0', '\n', '\r'))
        {
            store.Problem(store.Place, "path", "the path contains a line break", "write the path on one line");
            path = null;
        }
        var keep = store.Duration("keep", BuiltIn.Keep, TimeSpan.FromMinutes(1), Durations.Longest);
        store.ReportUnknownKeys();
        var kafka = section.Map("kafka") is { } block ? Kafka(block) : null;
        section.ReportUnknownKeys();
        return new(new StoreOptions(Path.GetFullPath(path ?? BuiltIn.StorePath), keep), kafka);
    }

    private static KafkaOptions Kafka(Section section)
    {
        var bootstrap = Bootstrap(section);
        var topic = section.Text("topic");
        if (topic is null)
            section.Explain("topic", BuiltIn.Topic, null);
        else if (!TopicName().IsMatch(topic) || topic is "." or "..")
        {
            section.Problem(section.Find("topic")!.Node.Place, "topic", "invalid topic name",
                "use up to 249 letters, digits, '.', '_' and '-'");
        }
        var client = KafkaClientSection.Read(section);
        section.ReportUnknownKeys();
        return new(bootstrap, topic ?? BuiltIn.Topic, client)
        {
            Shown = $"kafka {Written(section, "bootstrap") ?? ""} topic {Written(section, "topic") ?? BuiltIn.Topic}",
        };
    }

    private static string Bootstrap(Section section)
    {
        if (section.Find("bootstrap") is not { } found)
        {
            section.Missing("bootstrap", "add the brokers, such as bootstrap: \"kafka:9092\"");
            return "";
        }
        if (section.Text("bootstrap") is not { } text)
            return "";
        var brokers = text.Split(',', StringSplitOptions.TrimEntries);
        if (!brokers.All(IsBroker))
        {
            section.Reading.Problem(found.Node.Place, found.Key, "a broker is not host:port",
                "write host:port, separated by commas, such as \"kafka-1:9092,kafka-2:9092\"");
        }
        return string.Join(',', brokers);
    }

    private static string? Written(Section section, string key) => (section.Find(key)?.Node as ScalarNode)?.Text;

    private static bool IsBroker(string broker) =>
        Broker().Match(broker) is { Success: true } match && int.Parse(match.Groups["port"].ValueSpan) is > 0 and <= 65535;

    [GeneratedRegex(@"^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):(?<port>[0-9]{1,5})\z")]
    private static partial Regex Broker();

    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,249}\z")]
    private static partial Regex TopicName();
}

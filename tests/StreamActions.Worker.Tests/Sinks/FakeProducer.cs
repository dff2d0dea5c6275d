// A Kafka producer with scripted answers.
using Confluent.Kafka;

namespace StreamActions.Worker.Tests.Sinks;

/// <summary>Answers each message at once with the code that <paramref name="answer"/> returns. Null means no answer.</summary>
internal sealed class FakeProducer(Func<Message<string, string>, ErrorCode?> answer) : IProducer<string, string>
{
    private readonly List<string> _sent = [];

    /// <summary>Ids of the accepted messages, in order.</summary>
    public IReadOnlyList<string> SentIds
    {
        get
        {
            lock (_sent)
                return [.. _sent];
        }
    }

    public bool Disposed { get; private set; }

    /// <summary>Codes that <c>Produce</c> throws instead of reporting.</summary>
    public HashSet<ErrorCode> Thrown { get; } = [];

    public Handle Handle => throw new NotSupportedException();

    public string Name => "fake";

    public void Produce(string topic, Message<string, string> message, Action<DeliveryReport<string, string>>? deliveryHandler = null)
    {
        var code = answer(message);
        DeliveryReport<string, string> report = new() { Topic = topic, Message = message, Error = new Error(code ?? ErrorCode.NoError) };
        if (code is { } thrown && Thrown.Contains(thrown))
            throw new ProduceException<string, string>(report.Error, report);
        lock (_sent)
            _sent.Add(System.Text.Encoding.UTF8.GetString(message.Headers.GetLastBytes("ce_id")));
        if (code is not null)
            deliveryHandler!(report);
    }

    public void Dispose() => Disposed = true;

    public void Produce(
        TopicPartition topicPartition, Message<string, string> message, Action<DeliveryReport<string, string>>? deliveryHandler = null) =>
        throw new NotSupportedException();

    public Task<DeliveryResult<string, string>> ProduceAsync(
        string topic, Message<string, string> message, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task<DeliveryResult<string, string>> ProduceAsync(
        TopicPartition topicPartition, Message<string, string> message, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public int AddBrokers(string brokers) => throw new NotSupportedException();

    public void SetSaslCredentials(string username, string password) => throw new NotSupportedException();

    public int Poll(TimeSpan timeout) => throw new NotSupportedException();

    public int Flush(TimeSpan timeout) => throw new NotSupportedException();

    public void Flush(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public void InitTransactions(TimeSpan timeout) => throw new NotSupportedException();

    public void BeginTransaction() => throw new NotSupportedException();

    public void CommitTransaction(TimeSpan timeout) => throw new NotSupportedException();

    public void CommitTransaction() => throw new NotSupportedException();

    public void AbortTransaction(TimeSpan timeout) => throw new NotSupportedException();

    public void AbortTransaction() => throw new NotSupportedException();

    public void SendOffsetsToTransaction(
        IEnumerable<TopicPartitionOffset> offsets, IConsumerGroupMetadata groupMetadata, TimeSpan timeout) =>
        throw new NotSupportedException();
}

//! What the tests share: JavaScript values by their source text, and databases of their own.

use idb::{Factory, TransactionMode};
use js_sys::{Array, Float32Array, Function, Promise, Reflect, eval};
use vecino::wasm::{Host, JsDatabase};
use wasm_bindgen::convert::TryFromJsValue;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// The value of a JavaScript expression.
pub(crate) fn js(expression: &str) -> JsValue {
    eval(&format!("({expression})")).unwrap_or_else(|error| panic!("{expression}: {error:?}"))
}

/// A value as JSON, typed arrays as arrays.
pub(crate) fn json(value: &JsValue) -> String {
    let write =
        js("value => JSON.stringify(value, (_, v) => ArrayBuffer.isView(v) ? Array.from(v) : v)");
    let write: Function = write.unchecked_into();
    let text = write.call1(&JsValue::UNDEFINED, value).expect("it can be written");
    text.as_string().unwrap_or_else(|| "undefined".to_owned())
}

/// What a promise resolves with.
pub(crate) async fn ok(promise: Promise) -> JsValue {
    match JsFuture::from(promise).await {
        Ok(value) => value,
        Err(error) => panic!("rejected: {} {error:?}", text(&error, "code")),
    }
}

/// Code and message of the error a promise is rejected with.
pub(crate) async fn error(promise: Promise) -> (String, String) {
    let error = match JsFuture::from(promise).await {
        Ok(value) => panic!("resolved with {}", json(&value)),
        Err(error) => error,
    };
    assert!(error.is_instance_of::<js_sys::Error>(), "{error:?} is an Error");
    let own: Function = js("error => Object.hasOwn(error, 'code')").unchecked_into();
    let own = own.call1(&JsValue::UNDEFINED, &error).expect("it can be asked");
    assert!(own.is_truthy(), "{error:?} has a code of its own");
    (text(&error, "code"), text(&error, "message"))
}

/// The code of the error a promise is rejected with.
pub(crate) async fn code(promise: Promise) -> String {
    error(promise).await.0
}

pub(crate) fn property(value: &JsValue, name: &str) -> JsValue {
    Reflect::get(value, &name.into()).expect("an object")
}

pub(crate) fn text(value: &JsValue, name: &str) -> String {
    property(value, name).as_string().unwrap_or_default()
}

/// A path that no other test uses.
pub(crate) fn new_path() -> String {
    js("'test-' + crypto.randomUUID()").as_string().expect("a string")
}

/// A host that keeps in `told` what it is told and elects everybody, until `electing` is set.
pub(crate) fn host() -> Host {
    js("{
        told: [],
        electing: true,
        tell(what, code, message) { this.told.push(`${what} ${code}: ${message}`); },
        elected() { return this.electing; },
        grace: () => 0,
        async giveWay() {},
    }")
    .unchecked_into()
}

/// What a host of [`host`] was told.
pub(crate) fn told(host: &Host) -> Vec<String> {
    let told: Array = property(host, "told").unchecked_into();
    told.iter().map(|text| text.as_string().expect("a string")).collect()
}

pub(crate) async fn open(path: Option<&str>) -> JsDatabase {
    open_with(path, false, host()).await
}

pub(crate) async fn open_with(path: Option<&str>, strict: bool, host: Host) -> JsDatabase {
    let database = ok(JsDatabase::open(path.map(str::to_owned), strict, host)).await;
    JsDatabase::try_from_js_value(database).unwrap_or_else(|_| panic!("open gives a Database"))
}

pub(crate) async fn destroy(path: &str) {
    ok(JsDatabase::destroy(path.to_owned())).await;
}

/// Creates a collection and returns its id.
pub(crate) async fn create(database: &JsDatabase, name: &str) -> String {
    let (none, none_either) = (JsValue::UNDEFINED, JsValue::UNDEFINED);
    let info = database.create_collection(
        &JsValue::UNDEFINED,
        name.to_owned(),
        &none,
        &none_either,
        None,
        false,
    );
    text(&ok(info).await, "id")
}

/// The id of the collection with this name.
pub(crate) async fn id_of(database: &JsDatabase, name: &str) -> String {
    text(&ok(database.get_collection(&JsValue::UNDEFINED, name.to_owned())).await, "id")
}

/// Everything in a collection, as JSON.
pub(crate) async fn everything(database: &JsDatabase, id: &str) -> String {
    let include = js("['documents', 'metadatas', 'uris', 'embeddings']");
    json(&ok(database.get(id.to_owned(), &js("{}"), &include)).await)
}

/// The ids in a collection, in insertion order.
pub(crate) async fn ids(database: &JsDatabase, id: &str) -> Vec<String> {
    let answer = ok(database.get(id.to_owned(), &js("{}"), &js("[]"))).await;
    let ids: Array = property(&answer, "ids").unchecked_into();
    ids.iter().map(|id| id.as_string().expect("a string")).collect()
}

/// The ids of the records nearest to `embedding`.
pub(crate) async fn nearest(
    database: &JsDatabase,
    id: &str,
    embedding: &[f32],
    n_results: u32,
) -> String {
    let query = Float32Array::from(embedding);
    let (dimension, n_results) = (embedding.len() as f64, f64::from(n_results));
    let (everything, nothing) = (js("{}"), js("[]"));
    let answer = database.query(id.to_owned(), &query, dimension, &everything, n_results, &nothing);
    json(&property(&ok(answer).await, "ids"))
}

/// One record with the embedding `[number, 1]`.
pub(crate) fn record(name: &str, number: u32) -> JsValue {
    js(&format!("{{ids: ['{name}'], embeddings: new Float32Array([{number}, 1]), dimension: 2}}"))
}

/// `count` records named `0`, `1`, ... with the embeddings `[n, 1]`.
pub(crate) fn many(count: u32) -> JsValue {
    js(&format!(
        "{{
            ids: Array.from({{ length: {count} }}, (_, i) => String(i)),
            embeddings: Float32Array.from({{ length: 2 * {count} }}, (_, i) => i % 2 ? 1 : i / 2),
            dimension: 2,
        }}"
    ))
}

/// Records like those of [`many`], whose documents make a checkpoint due and take several pages.
pub(crate) fn large() -> JsValue {
    let batch = many(1100);
    let add: Function =
        js("batch => { batch.documents = batch.ids.map(id => id.padEnd(8000, '.')); }")
            .unchecked_into();
    add.call1(&JsValue::UNDEFINED, &batch).expect("it can be changed");
    batch
}

/// Works in the background until nothing is left.
pub(crate) async fn work(database: &JsDatabase) {
    while ok(database.work(5.0)).await.is_truthy() {}
}

/// The number of values in one of the database's stores.
pub(crate) async fn count(path: &str, store: &str) -> u32 {
    let open = Factory::new().expect("a browser").open(&format!("vecino:{path}"), None);
    let database = open.expect("a request").await.expect("it opens");
    let transaction = database.transaction(&[store], TransactionMode::ReadOnly).expect("begun");
    let store = transaction.object_store(store).expect("it exists");
    let count = store.count(None).expect("a request").await.expect("counted");
    database.close();
    count
}

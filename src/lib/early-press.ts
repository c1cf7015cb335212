/**
 * Runs in the document head: what is pressed, typed or chosen before React has taken over a control
 * is kept and done once it has, in the same order, so that nothing is lost and nothing happens
 * twice. Going back meanwhile loads the page of that address. Links and what the browser does by itself work without it. Plain text; part of no bundle.
 *
 * A control that React has taken over carries its props under a key of React's own
 * (`__reactProps$...`); `tests/e2e/console/states.ts` notices when that changes.
 */
export const earlyPressScript = `(function(){
// The router runs it once more when it takes over the head: everything would be done twice.
if(window.rollcallEarlyPress)return;
window.rollcallEarlyPress=true;
var queue=[],waiting=false,idle=window.requestIdleCallback||function(f){setTimeout(f,100)};
function alive(e){return Object.keys(e).some(function(k){return k.indexOf('__reactProps$')===0})}
function act(e,v){
  if(v===undefined)e.click();
  else if(e.tagName==='SELECT'){e.value=v;e.dispatchEvent(new Event('change',{bubbles:true}))}
  else{
    e.value='';
    Object.getOwnPropertyDescriptor(Object.getPrototypeOf(e),'value').set.call(e,v);
    e.dispatchEvent(new Event('input',{bubbles:true}))
  }
}
function next(){
  var one=queue[0];
  if(!one){waiting=false;return}
  if(one.on.isConnected&&!alive(one.on)){setTimeout(next,30);return}
  queue.shift();
  if(one.on.isConnected)act(one.on,one.value);
  idle(next)
}
function keep(on,value){
  var edit=queue.find(function(one){return one.on===on&&value!==undefined});
  if(edit)edit.value=value;
  else queue.push({on:on,value:value});
  if(!waiting){waiting=true;setTimeout(next,30)}
}
addEventListener('click',function(e){
  var c=e.target.closest&&e.target.closest('button,input[type=checkbox]');
  if(!c||alive(c))return;
  e.preventDefault();e.stopPropagation();
  // Pressed again because nothing happened, not to take it back.
  if(!queue.some(function(one){return one.on===c}))keep(c)
},true);
function onEdit(e){
  var c=e.target;
  if(c.matches&&c.matches('select,textarea,input:not([type=checkbox])')&&!alive(c))keep(c,c.value)
}
// Back, before React has taken over all of it: the HTML is of the other address.
var at=location.pathname+location.search;
function stiff(){
  var parts=[document.documentElement].concat(Array.from(document.querySelectorAll('button')));
  return parts.some(function(e){return!alive(e)})
}
addEventListener('popstate',function(){
  if(location.pathname+location.search!==at&&stiff())location.reload()
});
addEventListener('input',onEdit,true);
addEventListener('change',onEdit,true);
})()`;
